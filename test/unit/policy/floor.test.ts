import { expect, test } from "vitest";
import type { PolicyVerdict } from "../../../src/protocol/policy.ts";
import { createPolicy } from "../../../src/policy/policy.ts";

const kept = { userHome: "/home/u", hermesHomes: ["/home/u/.hermes"] };

/** With everything allowed, only the floor is left. */
function judged(text: string): Promise<PolicyVerdict> {
  const policy = createPolicy({ ...kept, rules: ["allow * *"], tools: ["terminal"] });
  const command = { text, shell: "session", folder: undefined } as const;
  const intent = { effect: "execute", subject: text, paths: [], command } as const;
  return policy.judge({ tool: "terminal", intent, plan: [], root: "/repo", surface: "terminal" });
}

test.each([
  "rm -rf /",
  "rm -fr /*",
  "rm -r -f ~",
  "rm -rf ~/",
  'rm -rf "$HOME"',
  "rm -rf ${HOME}/*",
  "rm -rf /home/u",
  "sudo rm -rf /usr",
  "rm --recursive --force /etc/",
  "rm -rf //",
  "rm -rf /./",
  "rm --no-preserve-root -rf x",
  "ls; rm -rf /",
  "echo $(rm -rf ~)",
  "bash -c 'rm -rf /'",
  `sh -c "cd / && rm -rf /"`,
  "eval rm -rf /",
  "/bin/rm -rf /",
  "\\rm -rf /",
  "env A=b rm -rf /",
  "r'm' -rf /",
  "if true; then rm -rf /; fi",
  "find / -delete",
  "chmod -R 777 /",
  "chown -R u /etc",
  "mv ~ /tmp/x",
  "mkfs.ext4 /dev/sda1",
  "wipefs -a /dev/sda",
  "dd if=/dev/zero of=/dev/sda",
  "echo x > /dev/nvme0n1",
  "cat x | tee /dev/sda",
  ":(){ :|:& };:",
  "kill -9 -1",
  "kill $PPID",
  "pkill hermes",
  "killall -9 hermes",
  "systemctl stop hermes-gateway",
  "kill 1",
  "echo 'allow *' >> ~/.hermes/policy.yaml",
  "rm -rf $HOME/.hermes",
  "cp x /home/u/.hermes/x",
  "rm '/home/u/'.hermes/x",
  "echo $HERMES_HOME",
  'echo "$(rm -rf /)"',
  "rm -rf ~/.",
  "true && sudo -n rm -rf /var",
])("%j never runs, whatever is allowed", async (command) => {
  expect(await judged(command)).toMatchObject({ verdict: "deny", rule: "floor" });
});

test.each([
  "rm -rf node_modules",
  "rm -rf ./dist /tmp/x",
  "rm -rf ~/project/dist",
  "rm /tmp/a",
  "git commit -m 'rm -rf /'",
  "echo rm -rf /",
  "dd if=a of=b",
  "dd if=/dev/sda of=image",
  "kill 1234",
  "kill -0 $pid",
  "find . -delete",
  "chmod -R u+w src",
  "mv a b",
  "cat ~/.hermesrc",
  "npm test",
  "ls /home/u/.hermes-other",
  "grep -r mkfs .",
  "echo > /dev/null",
  "pkill node",
  "rm -rf /home/u/x",
  "f() { echo a | cat; }; f",
])("%j is not for the floor to judge", async (command) => {
  expect(await judged(command)).toMatchObject({ verdict: "allow", rule: "allow * *" });
});
