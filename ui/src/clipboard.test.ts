import { expect, it } from 'vitest';
import { tableText } from './clipboard';

it('quotes what a comma would part', () => {
  expect(tableText([['a,b', 'say "x"', 'two\nlines']], ',')).toBe('"a,b","say ""x""","two\nlines"');
});

it('leaves figures as they are and disarms formulas', () => {
  expect(tableText([['-1.50', '=1+1', '+x', '@y', '-z', '0.000123']], ',')).toBe("-1.50,'=1+1,'+x,'@y,'-z,0.000123");
});

it('keeps one line a row between tabs', () => {
  expect(tableText([['a', 'b\tc'], ['1', '=2']], '\t')).toBe("a\tb c\r\n1\t'=2");
});
