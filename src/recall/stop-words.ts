/** English words that occur everywhere and say nothing about what is looked for. */
export const stopWords: ReadonlySet<string> = new Set(
  (
    "a about above after again against all also am an and any are as at be because been before being below between " +
    "both but by can cannot could did do does doing down during each ever few for from further had has have having he " +
    "her here hers herself him himself his how i if in into is it its itself just many may me might more most much must my " +
    "myself no nor not now of off on once only or other ought our ours ourselves out over own same shall she should so " +
    "some such than that the their theirs them themselves then there these they this those through to too under until up " +
    "very was we were what when where which while who whom whose why will with would yet you your yours yourself " +
    "yourselves aren't can't couldn't didn't doesn't don't hadn't hasn't haven't isn't mustn't shan't shouldn't wasn't " +
    "weren't won't wouldn't i'm i've i'd i'll you're you've you'd you'll he'd he'll she'd she'll we're we've we'd we'll " +
    "they're they've they'd they'll let's that'd there'd what'd who'd it'd it'll that'll"
  ).split(" "),
);
