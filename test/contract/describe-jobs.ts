import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isAlive, runIn, textOf, type Lab } from "./shell-lab.ts";

const never = new AbortController().signal;
const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const all = async (job: { read(offset: number, length: number): Promise<{ readonly bytes: Uint8Array }> }) =>
  Buffer.from((await job.read(0, 1e6)).bytes).toString();

/** Jobs in the background, lost connections, lost folders, ids that come twice, several clients. */
export function describeJobs(lab: Lab): void {
  test("a background job has the state and does not change it", async () => {
    await lab.run("V=1; cd /usr");
    const job = await lab.workspace.start("echo $V; pwd; V=2; cd /", { jobId: "b1" });
    expect(await job.wait(never)).toEqual({ state: "finished", exitCode: 0 });
    expect(await all(job)).toBe("1\n/usr\n");
    expect(textOf(await lab.run("echo $V; pwd"))).toBe("1\n/usr\n");
  });

  test("its log is read from any byte while it runs; it takes input, and the end of it", async () => {
    const job = await lab.workspace.start("read a; echo got $a; cat; exit 5", { jobId: "b2" });
    expect(await job.status()).toEqual({ state: "running" });
    await job.write(Buffer.from("one\ntwo\n"));
    await expect.poll(() => all(job)).toBe("got one\ntwo\n");
    expect(Buffer.from((await job.read(4, 3)).bytes).toString()).toBe("one");
    await job.closeInput();
    expect(await job.wait(never)).toEqual({ state: "finished", exitCode: 5 });
    await expect(job.write(Buffer.from("x"))).rejects.toThrow(/has ended/);
  });

  test("kill ends it with its children", async () => {
    const job = await lab.workspace.start("sleep 300 & echo $!; wait", { jobId: "b3" });
    await expect.poll(() => all(job)).toMatch(/\d+\n/);
    await job.kill();
    expect(await job.wait(never)).toEqual({ state: "stopped", exitCode: 143 });
    expect(isAlive(Number((await all(job)).trim()))).toBe(false);
  });

  test("the same id never runs twice", async () => {
    const command = "echo x >>marks; sleep 0.2; echo done";
    const [first, second] = await Promise.all([
      lab.workspace.start(command, { jobId: "same" }),
      lab.workspace.start(command, { jobId: "same" }),
    ]);
    expect(await first.wait(never)).toEqual(await second.wait(never));
    expect(textOf(await lab.run("ignored", { jobId: "same" }))).toBe("done\n");
    expect(textOf(await lab.run("cat marks"))).toBe("x\n");
  });

  test("ids of any letters are kept apart", async () => {
    await lab.run("echo 1", { jobId: "../../x" });
    await lab.run("echo 2", { jobId: "a b\n" });
    expect(await all(await existing(lab, "../../x"))).toBe("1\n");
    expect(await all(await existing(lab, "a b\n"))).toBe("2\n");
    expect(await lab.workspace.job("nobody")).toBeUndefined();
  });

  test("a connection that is cut in the middle loses nothing and repeats nothing", async () => {
    const running = lab.run("for i in 1 2 3 4 5 6; do echo $i | tee -a marks; sleep 0.1; done; V=kept; exit 4");
    await wait(250);
    lab.place.cut();
    expect(await running).toMatchObject({ status: "finished", exitCode: 4 });
    expect(textOf(await running)).toBe("1\n2\n3\n4\n5\n6\n");
    expect(textOf(await lab.run("cat marks; echo $V"))).toBe("1\n2\n3\n4\n5\n6\nkept\n");
  });

  test("a job goes on without us, and another process finds it, its log and its end", async () => {
    await lab.workspace.start("for i in 1 2 3 4; do echo $i; sleep 0.1; done; exit 6", { jobId: "long" });
    await lab.workspace[Symbol.asyncDispose]();
    await wait(100);
    lab.workspace = await lab.place.open();
    const job = await existing(lab, "long");
    expect(await job.wait(never)).toEqual({ state: "finished", exitCode: 6 });
    expect(await all(job)).toBe("1\n2\n3\n4\n");
    expect(await lab.workspace.jobs()).toMatchObject([{ id: "long", isTold: false }]);
    await lab.workspace.markTold("long");
    expect(await lab.workspace.jobs()).toMatchObject([{ id: "long", isTold: true }]);
  });

  test("a pid of an earlier life is lost and never signalled", async () => {
    const bystander = await lab.workspace.start("sleep 300", { jobId: "bystander" });
    await expect.poll(() => bystander.status()).toEqual({ state: "running" });
    const job = await lab.workspace.start("sleep 300", { jobId: "old" });
    await expect.poll(() => job.status()).toEqual({ state: "running" });
    const file = (id: string): string => `${lab.place.sessionFolder}/jobs/${id}.pid`;
    const [pid = "", born = "", epoch = ""] = readFileSync(file("bystander"), "utf8").trim().split(" ");
    const own = readFileSync(file("old"), "utf8");
    writeFileSync(file("old"), `${pid} ${born} another-epoch\n`);
    expect(await job.status()).toEqual({ state: "lost", why: "workspace-recreated" });
    await expect(job.write(Buffer.from("x"))).rejects.toMatchObject({ code: "workspace-recreated" });
    writeFileSync(file("old"), `${pid} ${Number(born) - 1} ${epoch}\n`); // the number was given to another process
    expect(await job.status()).toEqual({ state: "lost", why: "no-trace" });
    await job.kill();
    expect(await bystander.status()).toEqual({ state: "running" });
    writeFileSync(file("old"), own);
    await Promise.all([job.kill(), bystander.kill()]);
  });

  test("a job that was accepted and can never have begun is said, and never begins", async () => {
    await lab.run("true");
    writeFileSync(`${lab.place.sessionFolder}/jobs/half.cmd`, "touch began");
    const job = await existing(lab, "half");
    expect(await job.status()).toEqual({ state: "lost", why: "not-begun" });
    expect(await lab.run("touch began", { jobId: "half" })).toMatchObject({ status: "lost", exitCode: -1 });
    expect(textOf(await lab.run("ls"))).toBe("");
  });

  test("a job whose right to begin was taken back does not begin, however late it is", async () => {
    await lab.run("true");
    writeFileSync(`${lab.place.sessionFolder}/jobs/late.pid`, "void - -\n");
    expect(await lab.run("touch began", { jobId: "late" })).toMatchObject({ status: "lost", exitCode: -1 });
    expect(textOf(await lab.run("ls"))).toBe("");
  });

  test("a start whose answer was lost is asked for and not repeated", async () => {
    const results = [1, 2, 3, 4, 5, 6].map(async (mark) => {
      const running = lab.run(`echo ${mark} | tee -a marks`);
      await wait(mark * 2);
      lab.place.cut();
      return textOf(await running);
    });
    expect(await Promise.all(results)).toEqual(["1\n", "2\n", "3\n", "4\n", "5\n", "6\n"]);
    expect(textOf(await lab.run("sort marks"))).toBe("1\n2\n3\n4\n5\n6\n");
  });

  test("a control shell that was killed is replaced, and the result is exact", async () => {
    await lab.run("V=1");
    const [, control = ""] = readFileSync(limitFile(lab), "utf8").trim().split(" ");
    const running = lab.run("echo a; sleep 0.5; echo b; V=2; exit 3");
    await wait(200);
    process.kill(Number(control), "SIGKILL");
    expect(await running).toMatchObject({ status: "finished", exitCode: 3 });
    expect(textOf(await running)).toBe("a\nb\n");
    expect(textOf(await lab.run("echo $V"))).toBe("2\n");
  });

  test("a job that stopped itself is waited for, and its timeout holds", async () => {
    const waking = lab.run("(sleep 0.5; kill -CONT $$) & kill -STOP $$; echo awake; exit 2");
    expect(await waking).toMatchObject({ status: "finished", exitCode: 2 });
    expect(textOf(await waking)).toBe("awake\n");
    expect(await lab.run("kill -STOP $$", { timeoutMs: 400 })).toMatchObject({ status: "timed-out", exitCode: 143 });
  });

  test("an interactive command in the foreground is answered, or ended as asked", async () => {
    const running = lab.run("read a; echo got $a; read b; V=$b", { jobId: "talk", isInteractive: true });
    await expect.poll(async () => (await lab.workspace.job("talk"))?.status()).toEqual({ state: "running" });
    const job = await existing(lab, "talk");
    await job.write(Buffer.from("one\n"));
    await expect.poll(() => all(job)).toBe("got one\n");
    await job.write(Buffer.from("two\n"));
    expect(await running).toMatchObject({ status: "finished", exitCode: 0 });
    expect(textOf(await lab.run("echo $V"))).toBe("two\n");
    const waiting = lab.run("read a; echo never", { jobId: "wait", isInteractive: true });
    await expect.poll(async () => (await lab.workspace.job("wait"))?.status()).toEqual({ state: "running" });
    await (await existing(lab, "wait")).kill("asked");
    expect(await waiting).toMatchObject({ status: "asked", exitCode: 143 });
    expect(textOf(await waiting)).toBe("");
  });

  test("a note is kept with its job from the start, and replaced whole", async () => {
    const job = await lab.workspace.start("true", { jobId: "noted", note: "first\nü" });
    await lab.workspace.start("true", { jobId: "bare" });
    await job.wait(never);
    const notes = async () => new Map((await lab.workspace.jobs()).map(({ id, note }) => [id, note]));
    expect(await notes()).toEqual(
      new Map([
        ["noted", "first\nü"],
        ["bare", undefined],
      ]),
    );
    await lab.workspace.setNote("noted", "second");
    expect((await notes()).get("noted")).toBe("second");
  });

  test("a place that was made anew while a command ran: lost, and said", async () => {
    const file = `${lab.place.sessionFolder}/jobs/before.pid`;
    const before = lab.run("sleep 300", { jobId: "before" });
    await expect.poll(() => (existsSync(file) ? readFileSync(file, "utf8") : "")).toMatch(/\n/);
    const own = readFileSync(file, "utf8");
    writeFileSync(file, own.replace(/ \S+\n/, " another-epoch\n"));
    expect(await before).toMatchObject({ status: "lost", exitCode: -1, note: expect.stringContaining("made anew") });
    writeFileSync(file, own);
    await (await existing(lab, "before")).kill();
  });

  test("a job whose monitor and shell were killed is lost, not waited for", async () => {
    const result = await lab.run("echo begun; kill -9 $PPID; kill -9 $$", { timeoutMs: 15_000 });
    expect(result).toMatchObject({ status: "lost", exitCode: -1, note: expect.stringContaining("unknown") });
    expect(textOf(result)).toBe("begun\n");
  });

  test("a zombie counts as dead", async () => {
    // the leader's parent does not wait for it: it stays a zombie as long as the test looks
    const result = await lab.run("kill -STOP $PPID; (sleep 9; kill -CONT $PPID) & kill -9 $$", { timeoutMs: 15_000 });
    expect(result.status).toBe("lost");
  });

  test("a deleted folder: the nearest one above it, and it is said", async () => {
    await lab.run("mkdir -p a/b/c; cd a/b/c; rm -rf ../../b");
    const result = await lab.run("pwd");
    expect(textOf(result)).toBe(`${lab.workspace.root}/a\n`);
    expect(result.note).toContain(`${lab.workspace.root}/a/b/c is gone`);
    expect((await lab.run("pwd")).note).toBeUndefined();
  });

  test("two clients on one session: each result is its own, the state is one of both, whole", async () => {
    const other = await lab.place.open();
    const runs = [lab.run, runIn(other)].map(async (run, client) => {
      for (let i = 0; i < 15; i++) {
        const result = await run(
          `A=${client}-${i}; B=${client}-${i}; f() { echo ${client}-${i}; }; echo ${client}-${i}`,
        );
        expect(textOf(result)).toBe(`${client}-${i}\n`);
      }
    });
    await Promise.all(runs);
    expect(textOf(await lab.run('[ "$A" = "$B" ] && [ "$A" = "$(f)" ] && echo whole'))).toBe("whole\n");
    await other[Symbol.asyncDispose]();
  });

  test("a terminal of its own, when asked for", async () => {
    await lab.run("V=1");
    const result = await lab.run("test -t 0 && test -t 1 && echo $V; stty size; W=2; exit 7", { pty: true });
    expect([textOf(result), result.exitCode]).toEqual(["1\r\n40 120\r\n", 7]);
    expect(textOf(await lab.run("echo $W; test -t 0 || echo plain"))).toBe("2\nplain\n");
    const job = await lab.workspace.start('read -p "Go on? " x; echo "[$x]"', { jobId: "ask", pty: true });
    await expect.poll(() => all(job)).toBe("Go on? ");
    await job.write(Buffer.from("y\n"));
    await job.wait(never);
    expect(await all(job)).toBe("Go on? y\r\n[y]\r\n");
  });
}

/** Of the newest command in the foreground. */
function limitFile({ place }: Lab): string {
  const name = readdirSync(`${place.sessionFolder}/jobs`).find((file) => file.endsWith(".limit"));
  return `${place.sessionFolder}/jobs/${name ?? "none"}`;
}

async function existing({ workspace }: Lab, id: string) {
  const job = await workspace.job(id);
  if (job === undefined) throw new Error(`no job ${id}`);
  return job;
}
