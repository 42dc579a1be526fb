import { invalid } from '../contract/errors';
import type { Session, SessionAgent } from '../contract/wire';
import { traitsOf, type TraitsOf } from '../model/traits';
import { capNanoUsd } from '../thread/summary';

export type Budget = NonNullable<Session['budget']>;

/**
 * A budget needs a model whose cost is known (reference 5.6). A session's model never changes, so it is enough to look when the
 * session is made.
 *
 * @throws ApiError 400 with `model_not_budgetable`.
 */
export function checkBudgetable(agent: SessionAgent, traits: TraitsOf = traitsOf): void {
  if (!traits(agent.model.id).price) {
    throw invalid(`budget: model ${agent.model.id} has no public list price`, 'model_not_budgetable');
  }
}

/**
 * A budget that can hold is above what is consumed (reference 5.6).
 *
 * @param consumed the session's list cost so far, in nano-dollars.
 * @throws ApiError 400 with `budget_not_raised`.
 */
export function checkBudget(budget: Budget, consumed: number): void {
  if (capNanoUsd(budget) <= consumed) {
    throw invalid("budget.max_list_cost must be greater than the session's consumed list cost", 'budget_not_raised');
  }
}
