export type Role = "owner" | "admin" | "member" | "guest";

/** The person at the command line; exists in every home. */
export const ownerId = "owner";

export type Person = { readonly id: string; readonly name: string; readonly role: Role };
