import { beforeEach } from 'vitest';
import type { FileProblem, Files, OperationRequest } from '@/api/types';
import { fixtureApi } from '@/testing/api';
import { academy, details, files } from '@/testing/fixtures/fleet';
import { file, operation, preview, withOperations } from '@/testing/fixtures/operations';
import { ada } from '@/testing/fixtures/people';

/** Lines that differ, as a unified diff without context. */
function diffOf(before: string, after: string): string {
  const [a, b] = [before.split('\n'), after.split('\n')];
  const gone = a.filter((line) => !b.includes(line)).map((line) => `-${line}`);
  const come = b.filter((line) => !a.includes(line)).map((line) => `+${line}`);
  return `@@ -1,${gone.length} +1,${come.length} @@\n${[...gone, ...come].join('\n')}\n`;
}

/** What the API says of LMS_HOSTT and of ENABLE_HTTPS; of other keys it knows nothing here. */
function problemsIn(path: string, text: string): FileProblem[] {
  return text.split('\n').flatMap((line, i): FileProblem[] => {
    if (line.startsWith('LMS_HOSTT:')) {
      const message = 'Unknown key LMS_HOSTT. Did you mean LMS_HOST?';
      return [{ file: path, line: i + 1, column: 1, message, warning: true }];
    }
    return line === 'ENABLE_HTTPS: maybe'
      ? [{ file: path, line: i + 1, column: 15, message: 'ENABLE_HTTPS must be true or false.' }]
      : [];
  });
}

/** The files of an instance, which previews compare with what the editor sends. */
export function mockWorld() {
  const api = fixtureApi();
  const world = { user: ada, files: new Map<string, Files>() };
  const known = () => world.files.get('campus-aws/academy') ?? files;
  beforeEach(() => {
    world.files.set('campus-aws/academy', structuredClone(files));
    const started = operation('op1');
    api.answers({
      'GET /instances/v1/clusters/{cluster}/instances/{instance}': () => details(academy, { files: known() }),
      'GET /pipelines/v1/clusters/{cluster}/instances/{instance}/configuration': known,
      'GET /pipelines/v1/key-effects': { keys: [], effects: [] },
      'POST /pipelines/v1/check-file': ({ body }) => {
        const sent = body as { file: string; text: string };
        return { problems: problemsIn(sent.file, sent.text) };
      },
      'POST /pipelines/v1/clusters/{cluster}/operations/preview': ({ body }) => {
        const changed = (body as OperationRequest).files ?? [];
        const before = (path: string) => known().files.find((f) => f.path === path)?.text ?? '';
        return preview({
          files: changed.map(({ path, text }) => file(diffOf(before(path), text), { path })),
        });
      },
      'POST /pipelines/v1/clusters/{cluster}/operations': api.andThen(started, withOperations(started)),
    });
  });
  return { world, use: api.use };
}
