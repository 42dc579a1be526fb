/** What the store's code does with its tables, by whether it only looks or also changes. */
export const TABLE_READ_ACTIONS = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'];
export const TABLE_WRITE_ACTIONS = [
  'dynamodb:BatchWriteItem',
  'dynamodb:DeleteItem',
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
];
/** A stream says in a thread's HEAD that somebody watches it; that is all it ever writes. */
export const TABLE_WATCH_ACTIONS = ['dynamodb:UpdateItem'];
/** What is done with the items of keys: none is ever deleted. */
export const KEY_ITEM_ACTIONS = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'];
/** A sandbox that connects to the bell: its token and its work item are looked up. */
export const CONNECT_LOOK_ACTIONS = ['dynamodb:GetItem'];
/** And its connection is noted in its thread's HEAD. */
export const CONNECT_NOTE_ACTIONS = ['dynamodb:UpdateItem'];
/** A key for an environment is made when the environment is there. */
export const ENTRY_LOOK_ACTIONS = ['dynamodb:GetItem'];
/** An index is only ever queried. */
export const INDEX_ACTIONS = ['dynamodb:Query'];

export const BLOB_READ_ACTIONS = ['s3:GetObject'];
export const BLOB_WRITE_ACTIONS = ['s3:DeleteObject', 's3:PutObject'];
/** Deleting a session means finding its blobs first; and without it an absent blob reads as a forbidden one. */
export const BUCKET_ACTIONS = ['s3:ListBucket'];

export const KEY_READ_ACTIONS = ['kms:Decrypt', 'kms:DescribeKey'];
export const KEY_WRITE_ACTIONS = [...KEY_READ_ACTIONS, 'kms:GenerateDataKey'];
