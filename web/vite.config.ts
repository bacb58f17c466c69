import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const server = process.env.TANDEM_SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte()],
  build: { outDir: process.env.TANDEM_WEB_OUT ?? 'dist', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
  server: {
    proxy: {
      '/v1': server,
      '/chat': { target: server, ws: true },
      '/console': { target: server, ws: true },
    },
  },
  test: { include: ['tests/**/*.test.ts'] },
});
