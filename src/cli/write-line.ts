/** Resolves when the text is handed to the system, so that nothing is cut off at exit; a closed pipe is not an error. */
export function writeOut(text: string): Promise<void> {
  return write(process.stdout, text);
}

/** For people: progress, notices, problems. */
export function writeError(text: string): Promise<void> {
  return write(process.stderr, text);
}

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error === null || error === undefined || ("code" in error && error.code === "EPIPE")) resolve();
      else reject(error);
    });
  });
}
