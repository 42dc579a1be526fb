import { logToStderr } from '../../runtime/http/failure-log';

test('a failure is one line of JSON without anything that looks like a key', () => {
  const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const error = new Error('no table\nfor sk-ant-api03-abc_DEF-1 and Bearer xyz.123');
  logToStderr({ requestId: 'req_1', operation: 'agents.list', error });
  logToStderr({ requestId: 'req_2', operation: undefined, error: 'a thrown text' });
  const lines = write.mock.calls.map(([line]) => String(line));
  write.mockRestore();
  expect(lines.join('')).not.toMatch(/abc_DEF|xyz/);
  expect(lines.map((line) => line.indexOf('\n'))).toEqual(lines.map((line) => line.length - 1));
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { level: 'error', request_id: 'req_1', operation: 'agents.list', error: 'Error' },
    { request_id: 'req_2', message: 'a thrown text' },
  ]);
});
