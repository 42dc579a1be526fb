/** The tables of the stack, as nobody but this test looks at them. */
import { DynamoDBClient, ListTablesCommand, ScanCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';

/** Made when it is asked for the first time: the variables that lead to the emulator are set late. */
let database: DynamoDBClient | undefined;

export type Item = Readonly<Record<string, AttributeValue>>;

/** The first item for which this holds, in whatever table. */
export async function itemWhere(holds: (item: Item) => boolean): Promise<Item | undefined> {
  database ??= new DynamoDBClient({});
  const { TableNames = [] } = await database.send(new ListTablesCommand({}));
  for (const TableName of TableNames) {
    const { Items = [] } = await database.send(new ScanCommand({ TableName }));
    const found = Items.find(holds);
    if (found) return found;
  }
  return undefined;
}
