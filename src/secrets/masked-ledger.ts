import type { Ledger } from "../protocol/ledger.ts";
import type { Masker } from "./masker.ts";

/** Every text that is handed to the ledger is masked, whatever the method: also of methods that are added one day. */
export function maskedLedger(ledger: Ledger, masker: Masker): Ledger {
  return new Proxy(ledger, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...given: readonly unknown[]): unknown => Reflect.apply(member, target, masker.value(given));
    },
  });
}
