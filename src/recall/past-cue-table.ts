export type PastCue = {
  /** In small letters; where none of them stands, the pattern cannot match and is not tried. */
  readonly stems: readonly string[];
  readonly pattern: RegExp;
  /** Points at what went before, which is an earlier conversation only when this one has just begun. */
  readonly isWeak?: true;
};

/** Words by which a message points at earlier conversations, language by language. */
export const pastCues: readonly PastCue[] = [
  {
    stems: ["last ", "previous ", "other "],
    pattern:
      /\b(?:like|as|than|from|what|how|same as|unlike) (?:we did |I did |you did )?(?:the )?(?:last|previous|other) (?:time|week|month|year|day|night|session|conversation|chat)\b/iu,
  },
  {
    stems: ["last time"],
    pattern: /(?<!\bthe )\blast time\b(?! (?:stamp|zone))(?=[,.?!;:]|\s*$| (?:we|I|you)\b)/iu,
  },
  {
    stems: ["before", "last ", "yesterday", "earlier", "previously", "the other day", " ago"],
    pattern:
      /\b(?:we|I|you|you've|we've|I've) (?:already |once |first )?(?:did|had|used|said|talked|spoke|discussed|decided|agreed|set|made|fixed|tried|chose|wrote|solved|built|mentioned|told|asked)\b[^.?!\n]{0,60}\b(?:before|last (?:time|week|month|year|night)|yesterday|earlier|previously|the other day|(?:days?|weeks?|months?|years?) ago)\b/iu,
  },
  {
    stems: ["before", "always", "usual", "yesterday", "last time"],
    pattern: /\b(?:as|like|same as|than) (?:before|always|usual|yesterday|last time|you did before|we did before)\b/iu,
  },
  {
    stems: ["usual"],
    pattern: /\bas usual\b|\bthe usual (?:way|place|format|name|settings?)\b/iu,
  },
  {
    stems: ["remember"],
    pattern:
      /\b(?:do you |you )?(?:still )?remember (?:when|how|that|what|which|where|our|the|my|me)\b(?! to\b)(?=[^.!\n]*\?)/iu,
  },
  {
    stems: [
      "did we",
      "did you",
      "have we",
      "have you",
      "had we",
      "had you",
      "were we",
      "were you",
      "was we",
      "was you",
    ],
    pattern:
      /\b(?:what|which|where|when|how|why|who) (?:[a-z]+ )?(?:did|have|had|were|was) (?:we|you) (?:say|decide|agree|talk|discuss|use|choose|call|do|fix|solve|set|settle|said|decided|agreed|talked|discussed|used|chosen?|called|done|fixed|solved|settled)\b/iu,
  },
  {
    stems: ["did we", "have we", "had we", "haven't we", "didn't we"],
    pattern:
      /\b(?:did|have|had|haven't|didn't) we (?:[a-z]+ )?(?:talk|discuss|decide|agree|already|try|tried|solve|solved|fix|fixed|discussed|decided|agreed)\b/iu,
  },
  {
    stems: [
      "we talked",
      "we spoke",
      "discussed",
      "agreed",
      "you told me",
      "you promised me",
      "you showed me",
      "told you",
    ],
    pattern:
      /\bwe (?:talked|spoke) about\b|\bas (?:we )?(?:discussed|agreed)\b|\byou (?:told|promised|showed) me\b|\bI(?: have|'ve)? (?:already )?told you\b/iu,
  },
  {
    stems: ["left off", "stopped", "working on", "the other day"],
    pattern: /\b(?:where|what) (?:we|I|you) (?:left off|stopped|were working on)\b|\bthe other day\b/iu,
  },
  {
    stems: ["last ", "previous ", "earlier ", "other "],
    pattern:
      /\b(?:in|from|of) (?:the|our|a|an|my) (?:last|previous|earlier|other) (?:session|conversation|chat|talk)s?\b/iu,
  },
  {
    stems: ["again", "once more"],
    pattern:
      /(?<!\bnever |\bagain and )\bagain\s*(?=[.?!,;]|$)|\b(?:is|are|was|'s) (?:\w+ )?(?:\w+ )?again\b|\byet again\b|\bonce more\s*(?=[.?!]|$)/iu,
    isWeak: true,
  },
  {
    stems: ["mal", "wie ", "neulich", "weißt", "weisst", "erinner", "wir ", "hatte", "habe", "hast"],
    pattern:
      /(?:wie|als|beim|das|vom|zum) (?:letzte[nsr]?|vorige[nsr]?|andere) mal|(?<!das )\bletztes mal\b|\b(?:wie|so wie) (?:zuvor|vorher|immer|gehabt|üblich|gewohnt|besprochen|vereinbart|abgemacht|neulich|damals|gestern|letzte woche|sonst)\b|\bneulich\b|\bwei(?:ß|ss)t du noch\b|\berinnerst du dich\b|\b(?:wir|du|ich) (?:hatten|hattest|hatte|haben|hast|habe) [^.?!\n]{0,60}\b(?:besprochen|vereinbart|ausgemacht|beschlossen|entschieden|damals|letzte woche|letztes mal|gestern|schon einmal|schon mal)\b|\b(?:haben|hatten) wir [^.?!\n]{0,60}\b(?:besprochen|vereinbart|ausgemacht|beschlossen|entschieden|gesagt|gemacht|benutzt|genommen|gelöst)\b|\bwir (?:gestern|neulich|damals|zuletzt|letzte woche)\b|\bwo wir (?:aufgehört|stehen geblieben|stehengeblieben)\b/iu,
  },
  {
    stems: ["wieder", "mal"],
    pattern: /\bschon wieder\b|\bnoch ?(?:ein)?mal\s*(?=[.?!]|$)|\bwieder\s*(?=[.?!]|$)/iu,
    isWeak: true,
  },
  {
    stems: ["fois", "comme ", "autre jour", "souviens", "rappelles", "avait", "avions", "avais", "avons"],
    pattern:
      /la derni(?:è|e)re fois(?! qu['’]?(?:il|elle|on|un|une|le|la|les)\b)|\bcomme (?:avant|d['’]habitude|hier|la (?:derni(?:è|e)re|dernière|autre) fois|l['’]autre (?:fois|jour)|convenu|toujours)\b|\bl['’]autre jour\b|\btu te (?:souviens|rappelles)\b|\b(?:on|nous|tu|j['’]) ?(?:avait|avions|avais|avons) [^.?!\n]{0,40}(?:dit|fait|décidé|choisi|convenu|parlé|utilisé)/iu,
  },
  {
    stems: ["encore", "nouveau"],
    pattern: /\bencore une fois\s*(?=[.?!]|$)|\b(?:de|à) nouveau\s*(?=[.?!]|$)/iu,
    isWeak: true,
  },
  {
    stems: [
      "vez",
      "como ",
      "otro día",
      "acuerdas",
      "recuerdas",
      "habíamos",
      "hablamos",
      "quedamos",
      "decidimos",
      "acordamos",
    ],
    pattern:
      /\bla (?:última vez|ultima vez|vez pasada|otra vez que)(?! que se\b)|\bcomo (?:antes|siempre|ayer|la última vez|la ultima vez|la vez pasada|de costumbre|quedamos|acordamos)\b|\bel otro día\b|\b(?:te acuerdas|recuerdas (?:cuando|que|cómo|lo))\b|\b(?:habíamos|hablamos de|quedamos en|decidimos|acordamos)\b/iu,
  },
  {
    stems: ["otra vez", "de nuevo"],
    pattern: /\botra vez\s*(?=[.?!]|$)|\bde nuevo\s*(?=[.?!]|$)/iu,
    isWeak: true,
  },
  {
    stems: ["come ", "ricordi", "altro giorno", "como ", "última vez", "lembra", "outro dia"],
    pattern:
      /\bcome (?:l['’](?:ultima|altra) volta|al solito|sempre|ieri|concordato|d['’]accordo)\b|\bti ricordi\b|\bl['’]altro giorno\b|\bcomo (?:da última vez|sempre|combinamos|combinado|de costume|ontem)\b|\bda última vez\b|\blembra(?:-se)? (?:de|do|da|quando|que)\b|\boutro dia\b/iu,
  },
  {
    stems: ["di nuovo", "altra volta"],
    pattern: /\bdi nuovo\s*(?=[.?!]|$)|\bun['’]altra volta\s*(?=[.?!]|$)/iu,
    isWeak: true,
  },
  {
    stems: ["прошл", "как ", "помнишь", "мы "],
    pattern:
      /в прошлый раз|\bкак (?:раньше|обычно|тогда|всегда|вчера|договаривались)(?![\p{L}])|(?<![\p{L}])помнишь|на прошлой неделе мы|мы (?:уже )?(?:обсуждали|решили|договорились|говорили)/iu,
  },
  {
    stems: ["опять", "снова"],
    pattern: /(?<![\p{L}])(?:опять|снова)\s*(?=[.?!]|$)|(?<![\p{L}])опять(?![\p{L}])/iu,
    isWeak: true,
  },
  {
    stems: [
      "上次",
      "上回",
      "记得",
      "記得",
      "之前",
      "以前",
      "昨天",
      "上周",
      "上週",
      "上个月",
      "前几天",
      "前幾天",
      "往常",
      "平时",
      "照旧",
      "照舊",
      "老样子",
      "老樣子",
      "老规矩",
    ],
    pattern:
      /上次(?!(?:的)?(?:修改|更新|登录|登陆|启动|提交|访问|构建|备份|运行|同步|保存|编辑)(?:的)?(?:时间|日期|记录)?)|上回|(?:还|還)(?:记得|記得)|(?:我们|我們|咱们|你|我)(?:之前|以前|昨天|上周|上週|上个月|前几天|前幾天)|(?:之前|以前|昨天|上周|上个月|前几天)(?:我们|我們|咱们|你|我|说|說|讨论|討論|聊|决定|決定|提到|用过|用過)|(?:像|跟|和|同)(?:以前|之前|上次|往常|平时|昨天)一(?:样|樣)|照旧|照舊|老样子|老樣子|按老规矩/u,
  },
  {
    stems: ["又", "再来", "再來"],
    pattern: /又[^。！？\n]{1,20}了|再来一次|再來一次/u,
    isWeak: true,
  },
  {
    stems: ["前回", "この", "以前", "いつも", "覚えて", "지난번", "저번에", "예전", "전에", "기억나", "평소"],
    pattern:
      /前回(?!の?(?:更新|変更|起動|ログイン|実行|保存|バックアップ|同期|コミット)(?:日時|時刻|日))|この(?:前|間)(?:の|は|、|みたい|と同じ|話|言|決)|以前(?:話|言|決|使|やっ|お願い|相談)|いつも(?:の(?:よう|通り|とおり|やつ|形式|場所)|通り|どおり)|覚えて(?:る|い)(?:ます|る)?(?:か|？|\?)|지난번|저번에|예전처럼|전에 (?:말|했|얘기|쓰던)|기억나|평소(?:처럼|대로)/u,
  },
  {
    stems: ["もう一度", "다시"],
    pattern: /もう一度[。？！]?$|다시 한 ?번[.?!]?$/u,
    isWeak: true,
  },
];
