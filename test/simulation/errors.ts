/** What was thrown where somebody asked for something: a refusal is an answer, and all else is an accident. */
import { ApiError } from '../../runtime/contract/errors';

/** Whether it says no, which is an answer as well. */
export const isRefusal = (error: unknown): error is ApiError => error instanceof ApiError && error.status < 500;

/** What was thrown in the course of a schedule, and was no answer. */
export class Accidents {
  readonly told: string[] = [];
  /** Of these, the ones that no failure of anything else can bring about. */
  readonly #blunders: string[] = [];

  /** Notes what `who` ended with, unless it was an answer. */
  note(who: string, error: unknown): void {
    if (isRefusal(error)) return;
    const text = `${who}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    this.told.push(text);
    if (error instanceof TypeError) this.#blunders.push(text);
  }

  /** Where nothing failed, nothing ends by accident. */
  problems(isCalm: boolean): string[] {
    if (isCalm && this.told.length > 0) return [`nothing failed, yet ${this.told[0]}`];
    return this.#blunders.map((text) => `somebody ended for no reason: ${text}`);
  }
}
