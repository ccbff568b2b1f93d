/** Makes the value when it is first asked for, and keeps it: a module asked for by `import()` costs time with every asking. */
export function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
