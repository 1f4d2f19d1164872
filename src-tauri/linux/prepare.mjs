// Makes what the Linux packages hold beside the window, into target/package: the command, manual pages, completions for shells,
// the changelog in Debian's words and the AppStream page with its releases. Called by `tauri build` before it bundles.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { debianChangelog, releases, told } from './changelog.mjs';

if (process.platform === 'linux') {
  const here = dirname(fileURLToPath(import.meta.url));
  const top = join(here, '..', '..');
  const into = join(top, 'target', 'package');
  // `tauri build --debug` is quicker where a package is only looked at.
  const quick = process.env.TAURI_ENV_DEBUG === 'true';
  const built = join(process.env.CARGO_TARGET_DIR ?? join(top, 'target'), quick ? 'debug' : 'release');
  const read = (...path) => readFileSync(join(...path), 'utf8');
  const line = (name) => new RegExp(`^${name} = (.*)$`, 'm').exec(read(top, 'Cargo.toml'))?.[1] ?? '';
  const version = JSON.parse(line('version'));
  const [maintainer] = JSON.parse(line('authors'));

  rmSync(into, { recursive: true, force: true });
  for (const folder of ['bin', 'man', 'completions']) mkdirSync(join(into, folder), { recursive: true });
  const put = (path, content, mode = 0o644) => {
    writeFileSync(join(into, path), content);
    // Whatever the mask of the one who builds: packages keep these.
    chmodSync(join(into, path), mode);
  };

  execFileSync('cargo', ['build', ...(quick ? [] : ['--release']), '-p', 'spendglass-cli'], { cwd: top, stdio: 'inherit' });
  const command = join(into, 'bin', 'spendglass');
  copyFileSync(join(built, 'spendglass'), command);
  chmodSync(command, 0o755);

  // A page that is packed without a date is the same each time.
  const pack = (text) => gzipSync(text, { level: 9 });
  execFileSync(command, ['manual', join(into, 'man')]);
  for (const name of readdirSync(join(into, 'man'))) {
    put(join('man', `${name}.gz`), pack(read(into, 'man', name)));
    rmSync(join(into, 'man', name));
  }
  put('man/spendglass-app.1.gz', pack(read(here, 'spendglass-app.1').replaceAll('@VERSION@', version)));
  for (const [shell, name] of [['bash', 'spendglass'], ['zsh', '_spendglass'], ['fish', 'spendglass.fish']]) {
    put(join('completions', name), execFileSync(command, ['completions', shell]));
  }

  // What is not released yet is of the day of the last change.
  const changed = new Date(statSync(join(top, 'CHANGELOG.md')).mtime);
  const epoch = process.env.SOURCE_DATE_EPOCH;
  const known = told(read(top, 'CHANGELOG.md'), version, epoch ? new Date(Number(epoch) * 1000) : changed);
  put('changelog.gz', pack(debianChangelog(known, maintainer)));
  const page = read(here, 'com.spendglass.desktop.metainfo.xml');
  put('com.spendglass.desktop.metainfo.xml', page.replace('  <!-- releases -->', () => releases(known)));
}
