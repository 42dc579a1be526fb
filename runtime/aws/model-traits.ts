import { traitsWithPrices, type TokenPrices } from '../model/prices';
import { traitsOf, type TraitsOf } from '../model/traits';
import { hasSetting, readSetting } from './settings';

/** The public table of models, with what this deployment pays where it pays something else. */
export const traits: TraitsOf = hasSetting('modelPrices')
  ? traitsWithPrices(JSON.parse(readSetting('modelPrices')) as Record<string, TokenPrices>)
  : traitsOf;
