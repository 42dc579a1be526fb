import fc from 'fast-check';
import { encodeLine, LineSplitter, parseReply, parseRequest } from '../../runtime/sandbox/protocol';

describe('the lines of the protocol', () => {
  it('come out as they went in, however the stream is cut', () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' '));
    fc.assert(
      fc.property(fc.array(line), fc.infiniteStream(fc.integer({ min: 1, max: 7 })), (lines, cuts) => {
        const stream = Buffer.from(lines.map((text) => `${text}\n`).join(''));
        const splitter = new LineSplitter(10_000);
        const out: string[] = [];
        for (let at = 0; at < stream.length;) {
          const end = at + (cuts.next().value ?? 1);
          out.push(...splitter.push(stream.subarray(at, end)));
          at = end;
        }
        expect(out).toEqual(lines);
      }),
    );
  });

  it('are refused beyond their bound, in one piece or in many', () => {
    expect(() => new LineSplitter(10).push(Buffer.from('12345678901'))).toThrow(RangeError);
    const splitter = new LineSplitter(10);
    splitter.push(Buffer.from('ok\n123456'));
    expect(() => splitter.push(Buffer.from('78901'))).toThrow(RangeError);
  });

  it('hold any input and any output', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (input, text) => {
        const call = { type: 'call', id: 'sevt_1', name: 'bash', input } as const;
        const result = { type: 'result', id: 'sevt_1', output: text, isError: true } as const;
        expect(parseRequest(encodeLine(call).trimEnd())).toEqual(JSON.parse(JSON.stringify(call)));
        expect(parseReply(encodeLine(result).trimEnd())).toEqual(result);
      }),
    );
  });

  it.each([
    '',
    'null',
    '3',
    '"ready"',
    '{}',
    '{"type":"other"}',
    '{"type":"result","id":1,"output":"","isError":false}',
    '{"type":"result","id":"a","output":3,"isError":false}',
    '{"type":"result","id":"a","output":[3],"isError":false}',
    '{"type":"result","id":"a","output":""}',
  ])('are no reply when they are %s', (line) => {
    expect(parseReply(line)).toBeUndefined();
    expect(parseRequest(line)).toBeUndefined();
  });
});
