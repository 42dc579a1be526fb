/**
 * One frame of server-sent events. `id` is what a standard EventSource sends back as `Last-Event-ID`, so only events of the
 * history have one. JSON holds no raw line break, so the data is one line.
 */
export function frame(type: string, data: unknown, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
