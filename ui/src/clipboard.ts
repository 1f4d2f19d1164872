/** A table as text: values between commas (quoted where they must be) or tabs. */
export function tableText(rows: readonly (readonly string[])[], separator: ',' | '\t'): string {
  const cell = separator === ',' ? csvCell : tsvCell;
  return rows.map((row) => row.map(cell).join(separator)).join('\r\n');
}

// A spreadsheet would run a cell that begins like a formula. Numbers may begin with a minus.
function harmless(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !/^-?\d+(?:\.\d+)?$/.test(text) ? `'${text}` : text;
}

function csvCell(text: string): string {
  const safe = harmless(text);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function tsvCell(text: string): string {
  return harmless(text.replaceAll(/[\t\r\n]+/g, ' '));
}

/** Puts text on the clipboard and says whether it worked. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Where the page is not trusted with the clipboard, a selected field still is.
    const before = document.activeElement;
    const field = document.createElement('textarea');
    field.value = text;
    field.readOnly = true;
    field.className = 'hidden';
    document.body.append(field);
    field.select();
    const copied = document.execCommand('copy');
    field.remove();
    if (before instanceof HTMLElement) before.focus();
    return copied;
  }
}
