/** True for a server on this machine or in this network, which may need minutes to load a model. */
export function isLocalAddress(baseUrl: string): boolean {
  const host = URL.parse(baseUrl)?.hostname ?? "";
  return (
    /^(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|\[::1\]|\[f[cd])/i.test(host) ||
    /\.(?:local|lan|internal|localhost)$/i.test(host)
  );
}
