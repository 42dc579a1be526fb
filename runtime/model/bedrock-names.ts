/**
 * The models that agents may name, to what Bedrock calls them, from `ID=NAME` or `ID` alone, separated by commas. Without a
 * name it is the inference profile that covers all Regions.
 */
export function readBedrockNames(text: string): Readonly<Record<string, string>> {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [id = '', ...name] = entry.split('=');
      return [id.trim(), name.length > 0 ? name.join('=').trim() : `global.anthropic.${id.trim()}`] as const;
    });
  return Object.fromEntries(entries);
}
