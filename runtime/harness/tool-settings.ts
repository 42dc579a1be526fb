/** What applies to a tool of a toolset: its own entry, or the toolset's default (reference 3.2). */
export function settingOf<C extends { name: string; enabled: boolean; permission_policy: { type: string } }>(
  toolset: { configs: C[]; default_config: Pick<C, 'enabled' | 'permission_policy'> },
  name: string,
): Pick<C, 'enabled' | 'permission_policy'> {
  return toolset.configs.find((config) => config.name === name) ?? toolset.default_config;
}
