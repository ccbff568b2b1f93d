/**
 * The reason for ending a wait whose outcome nobody looks at. Without a reason, `abort` makes an exception with a stack
 * each time, which is most of its cost.
 */
export const noLongerNeeded = "no longer needed";
