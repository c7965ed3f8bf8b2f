import react from '@vitejs/plugin-react';
import { defineConfig, loadEnv } from 'vite';

export default defineConfig(({ mode }) => {
  // `npm run dev` takes the page from vite and everything else from a running token server.
  const tokenServer = loadEnv(mode, '.', 'TOKEN_SERVER').TOKEN_SERVER ?? 'http://127.0.0.1:8080';
  return {
    plugins: [react()],
    build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 1200 },
    server: {
      host: '127.0.0.1',
      proxy: Object.fromEntries(
        ['/config', '/rooms', '/tokens', '/meetings', '/uploads', '/profiles', '/sound'].map(
          (path) => [path, tokenServer],
        ),
      ),
    },
  };
});
