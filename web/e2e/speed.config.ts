import { defineConfig } from "vitest/config";

export default defineConfig({ test: { root: ".", include: ["e2e/speed.ts"], fileParallelism: false, testTimeout: 1_200_000, hookTimeout: 300_000, reporters: ["default"] } });
