import { defineConfig } from "vitest/config";

/** Every test starts the same wherever it runs, and none may reach a server outside. */
const everywhere = { env: { TZ: "UTC", NO_COLOR: "1", LC_ALL: "C.UTF-8" }, passWithNoTests: true };

export default defineConfig({
  test: {
    slowTestThreshold: 300,
    projects: [
      {
        test: {
          ...everywhere,
          name: "unit",
          include: ["test/unit/**/*.test.ts", "test/*.test.ts"],
          pool: "threads",
          isolate: false,
          testTimeout: 10_000,
        },
      },
      {
        test: {
          ...everywhere,
          name: "contract",
          include: ["test/contract/**/*.test.ts", "test/differential/**/*.test.ts"],
          pool: "forks",
          testTimeout: 30_000,
        },
      },
      {
        test: { ...everywhere, name: "e2e", include: ["test/e2e/**/*.test.ts"], pool: "forks", testTimeout: 60_000 },
      },
    ],
  },
});
