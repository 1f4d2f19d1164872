// CHANGELOG.md in the words of Debian and of AppStream.

/** The releases of a changelog, newest first. What is unreleased counts as the version that is built, unless that one is told already. */
export function told(text, version, now) {
  const known = [];
  for (const part of text.split(/^## /m).slice(1)) {
    const [head, ...lines] = part.split('\n');
    const [, name, date] = /^\[?([^\]\s]+)\]?(?:\s+-\s+(\d{4}-\d{2}-\d{2}))?\s*$/.exec(head) ?? [];
    if (!name) throw new Error(`CHANGELOG.md: "## ${head}" is neither "Unreleased" nor "VERSION - YYYY-MM-DD"`);
    const unreleased = name.toLowerCase() === 'unreleased';
    if (!unreleased && !date) throw new Error(`CHANGELOG.md: version ${name} has no date`);
    const release = { version: unreleased ? version : name, date: date ? new Date(`${date}T12:00:00Z`) : now, points: points(lines) };
    if (release.points.length > 0) known.push({ ...release, unreleased });
  }
  const dated = known.some((release) => !release.unreleased && release.version === version);
  const all = known.filter(({ unreleased }) => !unreleased || !dated);
  if (!all.some((release) => release.version === version)) throw new Error(`CHANGELOG.md tells nothing of ${version}`);
  return all;
}

/** The points of a release, each in one line, below the word of its section. */
function points(lines) {
  const found = [];
  let section = '';
  for (const line of lines) {
    if (line.startsWith('### ')) section = line.slice(4).trim();
    else if (line.startsWith('- ')) found.push({ section, text: line.slice(2).trim() });
    else if (/^\s+\S/.test(line) && found.length > 0) found[found.length - 1].text += ` ${line.trim()}`;
  }
  return found.map(({ section: of, text }) => ({ section: of, text: text.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1') }));
}

export function debianChangelog(known, maintainer) {
  const entries = known.map(({ version, date, points: all }) => {
    const body = all.map(({ section, text }) => wrap(`${section}: ${text.replaceAll(/[`*]/g, '')}`));
    const when = date.toUTCString().replace('GMT', '+0000');
    return `spendglass (${version}) unstable; urgency=medium\n\n${body.join('\n')}\n\n -- ${maintainer}  ${when}\n`;
  });
  return entries.join('\n');
}

function wrap(text) {
  const lines = ['  *'];
  for (const word of text.split(/\s+/)) {
    if (lines[lines.length - 1].length + word.length >= 78) lines.push('   ');
    lines[lines.length - 1] += ` ${word}`;
  }
  return lines.join('\n');
}

export function releases(known) {
  const entries = known.map(({ version, date, points: all }) => {
    const list = all.map(({ text }) => `          <li>${markup(text)}</li>`).join('\n');
    return `    <release version="${version}" date="${date.toISOString().slice(0, 10)}">
      <description>
        <ul>
${list}
        </ul>
      </description>
    </release>`;
  });
  return `  <releases>\n${entries.join('\n')}\n  </releases>`;
}

function markup(text) {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('**', '');
  return escaped.replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}
