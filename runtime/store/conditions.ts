/** The conditions that several kinds of item share. Conditions of one kind stand with it. */

/** Nobody has put this item yet: of all who try, one wins. */
export const ITEM_IS_NEW = 'attribute_not_exists(#pk)';

/** Without it, an update would bring a deleted item back as a fragment. */
export const ITEM_EXISTS = 'attribute_exists(#pk)';

/** Nobody has changed the item since the caller read it. */
export const REVISION_IS_STILL_PREVIOUS = '#revision = :previous';
