import { describe, expect, test } from "vitest";
import { withoutPastCue } from "../../../src/recall/past-cue.ts";

describe("a message points back", () => {
  test.each([
    "Deploy the API like last time",
    "Set it up as we did before, same as last week",
    "Do the release the way we did it last month: what did we decide about tags?",
    "As usual, book the quiet carriage",
    "Do you remember how we fixed the certificate?",
    "What did we agree on for the logo?",
    "Continue where we left off with the parser",
    "We talked about the invoice template; send it",
    "I told you about my allergy, plan a dinner",
    "Did we already try a bigger timeout?",
    "In our last conversation you named a book",
    "Richte den Server ein wie letztes Mal",
    "Mach den Bericht wie immer",
    "Weißt du noch, welchen Port wir hatten?",
    "Haben wir das Logo schon besprochen?",
    "Nimm die Einstellungen, die wir gestern besprochen haben",
    "Fais comme la dernière fois",
    "Tu te souviens du mot de passe du wifi ?",
    "Hazlo como la última vez",
    "¿Te acuerdas del informe?",
    "Fai come l'altra volta",
    "Faça como da última vez",
    "Сделай как в прошлый раз",
    "Помнишь, как мы чинили сервер?",
    "上次那个服务器怎么配置的？",
    "像以前一样生成报告",
    "你还记得我的航班吗",
    "前回と同じ形式でお願いします",
    "いつも通りにまとめて",
    "지난번처럼 배포해 줘",
  ])("%s", (text) => {
    expect(withoutPastCue(text, false)).toEqual(expect.any(String));
  });

  test.each(["The build is broken again", "Run the import again.", "Der Drucker spinnt schon wieder", "服务器又挂了"])(
    "%s, when the session has only begun",
    (text) => {
      expect([withoutPastCue(text, true) !== undefined, withoutPastCue(text, false)]).toEqual([true, undefined]);
    },
  );
});

describe("an ordinary task does not", () => {
  test.each([
    "List the files that were changed last week",
    "Print the last time each file was modified",
    "Show the timestamp of the last backup",
    "Find all functions that were renamed before version 2",
    "Write a loop that asks again when the input is not a number",
    "Rename config.yml to settings.yaml and run the tests",
    "Sort the rows by date, oldest first, as in the header",
    "Explain what this regular expression does",
    "Remember to close the file when you are done",
    "Remember that the port is 8080.",
    "Compare the previous and the next version of the API",
    "What did Napoleon do after Waterloo?",
    "Add a column last_login to the user table",
    "Undo the last commit but keep the changes",
    "Translate: the last time I saw Paris, her heart was warm and gay",
    "Tell me the usual symptoms of a cold",
    "Merge the earlier migration into the first one",
    "Why does the previous line fail?",
    "Retry the request once more if it fails with 503",
    'Write "like last time" on the card',
    "Explain the log below\n```\nas before: like last time, what did we decide\n```",
    "> like last time\n\nAnswer this mail politely",
    "Stelle die gelöschte Datei wieder her",
    "Liste die letzten zehn Commits auf",
    "Schreibe ein Skript, das immer wieder den Dienst prüft",
    "Wie war das Wetter im letzten Monat?",
    "Affiche la date de la dernière fois qu'un fichier a changé",
    "Muestra el último error del registro",
    "Покажи последние десять строк журнала",
    "显示文件上次修改时间",
    "把日期改成之前的格式",
    "前回の更新日時を表示して",
    "지난 10개의 커밋을 보여 줘",
  ])("%s", (text) => {
    expect(withoutPastCue(text, true)).toBe(undefined);
  });
});

test("what is searched for is the message without the words that point back", () => {
  expect(withoutPastCue("Deploy the harbour API like last time", false)).toBe("Deploy the harbour API");
  expect(withoutPastCue("上次港口数据库", false)).toBe("港口数据库");
});

test("a long paste is not read for cues", () => {
  const paste = `${"line of a log\n".repeat(400)}we did it like last time\n${"line of a log\n".repeat(400)}`;
  expect(withoutPastCue(`Explain this:\n${paste}`, true)).toBe(undefined);
});
