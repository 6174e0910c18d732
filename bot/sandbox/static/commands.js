// The slash commands the composer knows how to complete.

const COMMANDS = [
  ["/hitl stats", "[use case] [window]", "how the arrangement is doing"],
  ["/hitl review", "[use case]", "decide one case after another"],
  ["/hitl queue", "", "what is waiting, and for how long"],
  ["/hitl case", "<id>", "one case and its history"],
  ["/hitl policy", "", "thresholds per label, with their reasons"],
  ["/hitl digest", "", "the weekly summary, now"],
  ["/hitl dashboard", "", "the numbers over time"],
  ["/hitl reviewers", "", "who reviews, and how well"],
  ["/hitl practice", "", "try it on cases with known answers"],
  ["/hitl help", "", "what can be typed here"],
].map(([text, usage, words]) => ({ text, usage, words }));

/** Commands that begin with what was typed so far; none once a command is complete. */
export function completions(typed) {
  if (!typed.startsWith("/") || typed.includes("\n")) return [];
  const wanted = typed.toLowerCase();
  return COMMANDS.filter((command) => command.text.startsWith(wanted) && command.text !== wanted.trimEnd());
}
