import { pathToFileURL } from "node:url";
import { Connection } from "./connection.ts";
import { schemaVersion } from "./migrate.ts";
import { faultOf } from "./store-errors.ts";

/**
 * A connection that writes nothing, not even beside the database. Where SQLite may not make the files that it shares
 * with writers, the database is read as it stands: what only its `-wal` holds is then missing.
 */
export function openForReading(path: string): Connection {
  const address = pathToFileURL(path);
  address.searchParams.set("mode", "ro");
  const connection = new Connection(address);
  try {
    schemaVersion(connection); // the files are opened by the first question
    return connection;
  } catch (error) {
    connection.close();
    if (faultOf(error) !== "lost") throw error;
  }
  address.searchParams.set("immutable", "1");
  return new Connection(address);
}
