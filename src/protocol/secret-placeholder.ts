/** What stands for a value that nobody is shown: the name of a stored one, else a mark that the same value always gets. */
export function secretPlaceholder(name: string): string {
  return `‹secret:${name}›`;
}

export const secretPlaceholderPattern = /‹secret:[\w.-]{1,80}›/u;
