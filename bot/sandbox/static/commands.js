// The slash commands the composer knows how to complete.

const COMMANDS = [
  ["/hitl stats", "[use case] [window]", "how the arrangement is doing"],
  ["/hitl review", "[use case]", "decide one case after another"],
  ["/hitl queue", "", "what is waiting, and for how long"],
  ["/hitl queue flagged", "", "what was flagged and is watched"],
  ["/hitl case", "<id>", "one case and its history"],
  ["/hitl help", "", "what can be typed here"],
].map(([text, usage, words]) => ({ text, usage, words }));

/** Commands that begin with what was typed so far; none once a command is complete. */
export function completions(typed) {
  if (!typed.startsWith("/") || typed.includes("\n")) return [];
  const wanted = typed.toLowerCase();
  return COMMANDS.filter((command) => command.text.startsWith(wanted) && command.text !== wanted.trimEnd());
}
