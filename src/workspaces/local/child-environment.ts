/**
 * What a command may know of our environment. A list of what is let through, because the names of secrets and of
 * start-up hooks cannot all be known.
 */
const passedOn: ReadonlySet<string> = new Set([
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LANGUAGE",
  "TZ",
  "TMPDIR",
  "TERM",
  "COLORTERM",
  "NO_COLOR",
  "DISPLAY",
  "WAYLAND_DISPLAY",
  "DBUS_SESSION_BUS_ADDRESS",
  "SSH_AUTH_SOCK",
  "XDG_RUNTIME_DIR",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  "XDG_CACHE_HOME",
  "XDG_STATE_HOME",
  "VIRTUAL_ENV",
  "CONDA_PREFIX",
  "PYENV_ROOT",
  "NVM_DIR",
  "VOLTA_HOME",
  "GOPATH",
  "GOROOT",
  "JAVA_HOME",
  "CARGO_HOME",
  "RUSTUP_HOME",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "REQUESTS_CA_BUNDLE",
  "NODE_EXTRA_CA_CERTS",
]);
const proxies: ReadonlySet<string> = new Set(["http_proxy", "https_proxy", "all_proxy", "no_proxy"]);
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** `more` are names that the owner lets through; those that begin with `HERMES_` stay with Hermes all the same. */
export function childEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  more: readonly string[] = [],
): Readonly<Record<string, string>> {
  const chosen = new Set(more.filter((name) => !name.startsWith("HERMES_")));
  const child: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && (chosen.has(name) || isPassedOn(name, value))) child[name] = value;
  }
  return { ...child, PATH: absoluteEntries(env["PATH"]), TERM: child["TERM"] ?? "dumb" };
}

function isPassedOn(name: string, value: string): boolean {
  if (proxies.has(name.toLowerCase())) return !value.includes("@"); // an address with a password in it is a secret
  return passedOn.has(name) || name.startsWith("LC_");
}

/** A relative entry would let a file in the working folder take the place of a known program. */
function absoluteEntries(path: string | undefined): string {
  const entries = (path ?? "").split(":").filter((entry) => entry.startsWith("/"));
  return entries.length === 0 ? defaultPath : entries.join(":");
}
