import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The loader and the panel keep stable names, so that a site's script tag stays valid; neither
// shares code with the console.
export default defineConfig(({ mode }) => ({
  plugins: [svelte({ emitCss: true })],
  define: { 'process.env.NODE_ENV': '"production"' },
  build: {
    outDir: process.env.TANDEM_WEB_OUT ?? 'dist',
    emptyOutDir: false,
    copyPublicDir: false,
    target: 'es2022',
    lib: {
      entry: mode === 'loader' ? 'src/widget/loader.ts' : 'src/panel/main.ts',
      formats: ['iife'],
      name: mode === 'loader' ? 'tandemLoader' : 'tandemPanel',
      fileName: () => (mode === 'loader' ? 'widget.js' : 'widget/panel.js'),
      cssFileName: 'widget/panel',
    },
  },
}));
