import { expect, test } from "vitest";
import { visibleText } from "../../../src/lib/plain-text.ts";
import { classifyCommand } from "../../../src/policy/classify-command.ts";
import { createPolicy } from "../../../src/policy/policy.ts";
import type { AskingSurface, PolicyVerdict } from "../../../src/protocol/policy.ts";

const kept = { userHome: "/home/u", hermesHomes: ["/home/u/.hermes"], tools: ["terminal"] };

function judge(text: string, rules: readonly string[], surface: AskingSurface = "terminal"): Promise<PolicyVerdict> {
  const policy = createPolicy({ ...kept, rules });
  const { effect, paths } = classifyCommand(text);
  const command = { text, shell: "session", folder: undefined } as const;
  return policy.judge({
    tool: "terminal",
    intent: { effect, subject: text, paths, command },
    plan: paths.map((path) => ({
      path,
      resolved: path.startsWith("/") ? path : `/repo/${path}`,
      hasOtherNames: false,
    })),
    root: "/repo",
    surface,
  });
}

const behind = [
  "git push",
  "sudo git push",
  "sudo -u root -- git push",
  "env git push",
  "env A=b git push",
  "env -i A=b git push origin main",
  "env -S 'git push'",
  "env --split-string='git push'",
  "nohup git push",
  "timeout 60 git push",
  "timeout -k 5 60 git push",
  "nice -n 10 git push",
  "time git push",
  "time -p git push",
  "stdbuf -oL git push",
  "setsid git push",
  "command git push",
  "command -p git push",
  "builtin eval git push",
  "exec git push",
  "exec -a x git push",
  "eval git push",
  'eval "git push"',
  "eval 'git' 'push'",
  "xargs git push",
  "echo | xargs -n1 git push",
  "find . -exec git push ;",
  String.raw`find . -name x -execdir git push {} \;`,
  "sh -c 'git push'",
  'bash -lc "git push"',
  "bash -c -- 'git push'",
  "sh -c 'sh -c \"git push\"'",
  "ssh host git push",
  "ssh host 'cd x && git push'",
  "su -c 'git push' u",
  "watch 'git push'",
  "script -c 'git push'",
  "flock x git push",
  "parallel git push",
  "echo git push | sh",
  "printf 'git push' | bash -s",
  "bash <<< 'git push'",
  "bash <<E\ngit push\nE",
  "cat <<E\n$(git push)\nE",
  "cat <<'E' | sh\ngit push\nE",
  "f() { git push; }; f",
  "(git push)",
  "{ git push; }",
  "if git push; then :; fi",
  "for i in 1; do git push; done",
  "while git push; do :; done",
  "case a in a) git push;; esac",
  "x=$(git push)",
  "x=`git push`",
  'echo "$(git push)"',
  "diff <(git push) a",
  "coproc git push",
  "! git push",
  "true && git push",
  "true & git push",
  "A=b git push",
  "/usr/bin/git push",
  "g\\it push",
  "'git' \"push\"",
  "gi''t push",
  "git  \t push",
  "git \\\n push",
  "$'git' push",
  "trap 'git push' EXIT",
  "ｇｉｔ push",
  "gіt push",
  "g\u200Bit push",
  "git\u00A0push",
];

test.each(behind)("what forbids `git push` sees it in %j", async (text) => {
  const verdict = await judge(text, ["deny execute git push*", "allow * *"]);
  expect(verdict).toMatchObject({ verdict: "deny", rule: "deny execute git push*" });
});

test.each(behind.slice(1))("what allows `git push` does not cover %j unless it is nothing else", async (text) => {
  const passes = [
    "nohup git push",
    "timeout 60 git push",
    "timeout -k 5 60 git push",
    "nice -n 10 git push",
    "time git push",
    "time -p git push",
    "git \\\n push",
    "stdbuf -oL git push",
    "command git push",
    "true && git push",
    "g\\it push",
    "'git' \"push\"",
    "gi''t push",
    "git  \t push",
    "! git push",
  ];
  const { verdict } = await judge(text, ["allow execute terminal git push *"]);
  expect([text, verdict]).toEqual([text, passes.includes(text) ? "allow" : "ask"]);
});

test.each([
  "cat <<E > a\n$HOME\nE",
  "ls *.ts",
  "rm $(cat list)",
  "echo ${x:-`id`}",
  "cat ~root/x",
  "sort --compress-prog=sh a",
  "sort --compress-pro sh a",
  "sort --comp=sh a",
  "rg --pr sh x",
  "git diff --ext",
  "git log --outp=x",
  "find . -fprintf x y",
  "tar --checkpoint-action=exec=sh a",
  "GIT_EXTERNAL_DIFF=sh git diff",
  "git -c core.fsmonitor=sh status",
  "ls 'unclosed",
  "ls )",
  "if true",
  "ls |",
  "a=(1 2)",
  "[[ a == b ]]",
  "((x=1))",
  "ls\u202Ecod.exe",
  "ls \u{E0041}",
  "",
])("what expands, hides or does not parse is asked: %j", async (text) => {
  expect((await judge(text, [])).verdict).toBe("ask");
  expect((await judge(text, ["allow execute terminal ls *", "allow execute terminal sort a"])).verdict).toBe("ask");
});

test.each<[AskingSurface]>([["terminal"], ["one-shot"], ["group"]])(
  "no refusal on %s names a way around it",
  async (surface) => {
    for (const text of ["git push", "rm -rf /", "echo x >> ~/.hermes/settings.yaml", "mkdir a", "cat /etc/passwd"]) {
      const { reason } = await judge(text, ["deny execute git push*"], surface);
      expect(reason).not.toMatch(/--yes|--allow|approvals\.|settings|config set|hermes |HERMES/);
    }
  },
);

test.each([
  "echo x >> ~/.hermes/settings.yaml",
  "echo x >> $HOME/.hermes/settings.yaml",
  'echo x >> "${HOME}"/.hermes/settings.yaml',
  "echo x >> /home/u/./x/../.hermes/settings.yaml",
  "echo x >> /home/u/.her*/settings.yaml",
  "echo x >> /home/u/.herme?/settings.yaml",
  "echo x >> /home/u/.[h]ermes/settings.yaml",
  "tee ~/.{hermes,x}/settings.yaml",
  "cp evil ~/.h''ermes/settings.yaml",
  String.raw`cp evil ~/.her\mes/settings.yaml`,
  "cp evil $'/home/u/.hermes/settings.yaml'",
  "cd $x && cp evil .hermes/settings.yaml",
  "pushd ~; cp evil .hermes/settings.yaml",
  "cd ~ && cd - && echo > ./.her*/x",
  "sed -i s/deny/allow/ ~/.hermes/settings.yaml",
  'python3 -c \'open("/home/u/.hermes/settings.yaml","w")\'',
  "sqlite3 ~/.hermes/hermes.db 'DELETE FROM approval'",
  "hermes config set approvals.rules x",
  "hermes approvals confirm",
  "bin/hermes approvals confirm",
  "echo y | script -qc 'hermes approvals confirm'",
  "sudo -n hermes approvals add 'execute *'",
  "node dist/main.js config set model.main x",
  "env -i hermes approvals confirm",
  "systemctl --user stop hermes",
  "launchctl unload com.hermes.agent",
  "pkill -f hermes",
  "rm --recurs -f /",
  "rm -rf /u*",
  "rm -rf /{bin,x}",
  "rm -rf ~/.*",
  "timeout 5 rm -rf /",
  "xargs rm -rf / < list",
  "find / -name x -exec rm {} +",
  "echo 'rm -rf ~' | sh",
  "ｒｍ -rf /",
])("whatever is allowed, the floor holds: %j", async (text) => {
  expect(await judge(text, ["allow * *"])).toMatchObject({ verdict: "deny", rule: "floor" });
});

test.each([
  ["ls\u200B", "ls\\u{200b}"],
  ["echo \u202Ecod", "echo \\u{202e}cod"],
  ["curl https://gіthub.com", "curl https://g\\u{456}thub.com"],
  ["ѕudo ls", "\\u{455}udo ls"],
  ["ｇit push", "\\u{ff47}it push"],
  ["a\u{E0041}b", "a\\u{e0041}b"],
  ["x\u00A0y", "x\\u{a0}y"],
  ["a\x1b[31mb\rc", "a\\u{1b}[31mb\\u{d}c"],
  ["git commit -m 'привет мир'", "git commit -m 'привет мир'"],
  ["grep -r größe .", "grep -r größe ."],
  ["echo 日本語", "echo 日本語"],
  ["echo a\n\tb", "echo a\n\tb"],
])("a question shows %j as %j", (text, shown) => {
  expect(visibleText(text)).toBe(shown);
});
