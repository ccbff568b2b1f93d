/** A name on one line, whatever its owner put into it: control characters are written as their numbers. */
export function oneLine(name: string): string {
  return name.replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
