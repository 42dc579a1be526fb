import { invalid } from '../contract/errors';
import type { Session, SessionAgent } from '../contract/wire';
import { traitsOf } from '../model/traits';
import { capNanoUsd } from '../thread/summary';

export type Budget = NonNullable<Session['budget']>;

/**
 * A budget that can hold: above what is consumed, and over a model whose cost is known (reference 5.6).
 *
 * @param consumed the session's list cost so far, in nano-dollars.
 * @throws ApiError 400 with `model_not_budgetable` or `budget_not_raised`.
 */
export function checkBudget(budget: Budget, agent: SessionAgent, consumed: number): void {
  if (!traitsOf(agent.model.id).price) {
    throw invalid(`budget: model ${agent.model.id} has no public list price`, 'model_not_budgetable');
  }
  if (capNanoUsd(budget) <= consumed) {
    throw invalid("budget.max_list_cost must be greater than the session's consumed list cost", 'budget_not_raised');
  }
}
