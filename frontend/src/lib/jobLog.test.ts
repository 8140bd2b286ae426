import { expect, test } from 'vitest';
import { JobLogReader, sectionTitle } from './jobLog';

const sample =
  'Running with gitlab-runner 17.2\n' +
  'section_start:1700000000:prepare_executor\r\x1b[0K\x1b[36mPreparing\x1b[0;m\n' +
  'Using Docker\n' +
  'section_end:1700000007:prepare_executor\r\x1b[0K' +
  'section_start:1700000007:step_script\r\x1b[0KRunning the script\n' +
  '$ tutor k8s do init\n' +
  ' 10%\r 50%\r100%\r\n' +
  'section_end:1700000090:step_script\r\x1b[0K\n' +
  'Job succeeded\n';

function read(...parts: string[]) {
  const reader = new JobLogReader();
  for (const part of parts) reader.append(part);
  return reader;
}

test('sections are found and what was overwritten is gone', () => {
  const { rows, sections } = read(sample);
  expect(rows.map((r) => [r.text.replaceAll(/\x1b\[[\d;]*m/g, ''), r.section, r.opens])).toEqual([
    ['Running with gitlab-runner 17.2', -1, undefined],
    ['Preparing', -1, 0],
    ['Using Docker', 0, undefined],
    ['Running the script', -1, 1],
    ['$ tutor k8s do init', 1, undefined],
    ['100%', 1, undefined],
    ['Job succeeded', -1, undefined],
  ]);
  expect(sections.map((s) => [s.name, (s.end ?? 0) - s.start])).toEqual([
    ['prepare_executor', 7],
    ['step_script', 83],
  ]);
});

test('it does not matter where the parts are cut', () => {
  const whole = read(sample).rows;
  for (let cut = 1; cut < sample.length; cut++) {
    expect(read(sample.slice(0, cut), sample.slice(cut)).rows).toEqual(whole);
  }
});

test('a row is named by its first byte', () => {
  const reader = read('é\n', 'b\n', 'c');
  expect(reader.rows.map((r) => r.at)).toEqual([0, 3]);
  expect(reader.last).toMatchObject({ at: 5, number: 3, text: 'c' });
});

test('a reader that begins within the log leaves out half a line and counts none', () => {
  const reader = new JobLogReader(1000);
  reader.append('lf a line\nwhole\n');
  expect(reader.rows).toMatchObject([{ at: 1010, number: undefined, text: 'whole' }]);
});

test('sections within sections, and an end of what never began', () => {
  const mark = (kind: string, name: string) => `section_${kind}:1:${name}\r\x1b[0K`;
  const { rows, sections } = read(
    `${mark('start', 'a')}A\n${mark('start', 'b[collapsed=true]')}B\nin b\n${mark('end', 'a')}\nout\n${mark('end', 'x')}\n`,
  );
  expect(sections.map((s) => [s.name, s.parent])).toEqual([['a', -1], ['b', 0]]); // prettier-ignore
  expect(rows.map((r) => [r.text, r.section])).toEqual([['A', -1], ['B', 0], ['in b', 1], ['out', -1]]); // prettier-ignore
});

test("the runner's timestamps are left out", () => {
  expect(read('2026-11-22T12:00:00.123456Z 00O hello\n').rows[0]?.text).toBe('hello');
});

test('a section without a headline has its name', () => {
  expect(sectionTitle('get_sources')).toBe('Get sources');
});
