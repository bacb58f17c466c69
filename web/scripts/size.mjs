// Fails when the widget outgrows what a site's visitors should have to load.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const out = process.env.TANDEM_WEB_OUT ?? 'dist';
const limits = [
  { what: 'loader', files: ['widget.js'], limit: 3 * 1024 },
  { what: 'panel', files: ['widget/panel.js', 'widget/panel.css', 'widget/panel.html'], limit: 40 * 1024 },
];
for (const { what, files, limit } of limits) {
  const size = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(out, file)), { level: 9 }).length, 0);
  console.log(`${what}: ${size} of ${limit} bytes gzipped`);
  if (limit < size) process.exitCode = 1;
}
