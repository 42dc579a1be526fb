import { resultContent } from '../../runtime/mcp/result-content';

const textsOf = (content: readonly unknown[]) => resultContent({ content: [...content] });

describe('the result of an MCP tool', () => {
  it.each([
    ['nothing at all', {}, []],
    ['content that is no list', { content: 'text' }, []],
    ['structure without content', { structuredContent: { a: 1 } }, [{ type: 'text', text: '{"a":1}' }]],
    [
      'structure beside content, which says the same',
      { content: [{ type: 'text', text: 'a' }], structuredContent: { a: 1 } },
      [{ type: 'text', text: 'a' }],
    ],
  ])('may be %s', (_what, result, expected) => {
    expect(resultContent(result)).toEqual(expected);
  });

  it('says in words what the model cannot be shown', () => {
    const content = [
      { type: 'hologram' },
      'no block',
      { type: 'image', mimeType: 'image/tiff', data: 'AAAA' },
      { type: 'image', mimeType: 'image/png', data: 'A'.repeat(6 * 1024 * 1024) },
      { type: 'resource', resource: { uri: 'a:b', mimeType: 'application/zip', blob: 'AAAAAAAA' } },
      { type: 'resource' },
    ];
    expect(textsOf(content)).toEqual([
      { type: 'text', text: '[Content of the type hologram, which cannot be shown]' },
      { type: 'text', text: '[Content of the type unknown, which cannot be shown]' },
      { type: 'text', text: '[A file of the type image/tiff, 3 bytes, which cannot be shown]' },
      { type: 'text', text: '[A file of the type image/png, 4718592 bytes, which cannot be shown]' },
      { type: 'text', text: '[A file of the type application/zip, 6 bytes, which cannot be shown]' },
      { type: 'text', text: '[Content of the type resource, which cannot be shown]' },
    ]);
  });

  it('passes on images and PDFs that are embedded', () => {
    const embedded = (mimeType: string) => ({ type: 'resource', resource: { uri: 'a:b', mimeType, blob: 'AAAA' } });
    expect(textsOf([embedded('image/png'), embedded('application/pdf')])).toEqual([
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
      {
        type: 'document',
        title: 'a:b',
        source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' },
      },
    ]);
  });

  it('is cut off where it is too long, all its texts together', () => {
    const [first, second] = textsOf([
      { type: 'text', text: 'a'.repeat(60_000) },
      { type: 'resource', resource: { uri: 'a:b', text: 'b'.repeat(60_000) } },
    ]);
    expect(first).toEqual({ type: 'text', text: 'a'.repeat(60_000) });
    expect(second).toMatchObject({
      source: { data: `${'b'.repeat(40_000)}\n[20000 more characters were cut off]` },
    });
  });
});
