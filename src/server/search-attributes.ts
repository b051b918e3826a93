import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, isGrpcServiceError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes.js';
import { SEARCH_ATTRIBUTES } from '../core/contract/run.ts';
import { SignalboxError } from '../core/vocabulary/errors.ts';

/** The namespace lacks Signalbox's search attributes, and they could not be created there. */
export class SearchAttributesNotCreated extends SignalboxError {}

/** How long a namespace may take to take up new attributes; Temporal's own caches refresh within 10 s. */
const UPTAKE_LIMIT_MS = 30_000;
const UPTAKE_POLL_MS = 50;
const GRPC_INVALID_ARGUMENT = 3;

/**
 * Creates the search attributes that `namespace` lacks and resolves once workflows can be found by them. Calling it
 * again changes nothing.
 *
 * @throws SearchAttributesNotCreated where the server refuses (Temporal Cloud does, over this API), where one of the
 * names is taken by another type, or where they are not usable within 30 s. The remedy lists the commands to type.
 */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  try {
    const missing = await missingAttributes(connection, namespace);
    if (Object.keys(missing).length > 0) {
      await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: missing });
    }
    await untilUsable(connection, namespace);
  } catch (error) {
    throw new SearchAttributesNotCreated(
      `Namespace '${namespace}' lacks search attributes of Signalbox, and creating them failed: ${reason(error)}`,
      `Create them with:\n${searchAttributeCommands(namespace).join('\n')}`,
      { cause: error },
    );
  }
}

/** The commands that create the search attributes by hand, for Temporal Cloud and servers run by somebody else. */
export function searchAttributeCommands(namespace: string): string[] {
  return Object.entries(SEARCH_ATTRIBUTES).map(
    ([name, type]) =>
      `temporal operator search-attribute create --namespace ${namespace} --name ${name} ` +
      `--type ${TypedSearchAttributes.toMetadataType(type)}`,
  );
}

type IndexedValueType = NonNullable<ReturnType<typeof encodeSearchAttributeIndexedValueType>>;

async function missingAttributes(
  connection: Connection,
  namespace: string,
): Promise<Record<string, IndexedValueType>> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing: Record<string, IndexedValueType> = {};
  for (const [name, type] of Object.entries(SEARCH_ATTRIBUTES)) {
    const wanted = encodeSearchAttributeIndexedValueType(type)!;
    const present = customAttributes[name];
    if (present === undefined) missing[name] = wanted;
    else if (present !== wanted) throw new Error(`${name} exists there, but is not of type ${type}`);
  }
  return missing;
}

/** The list shows an attribute before queries accept it, so the last word is a query that names them all. */
async function untilUsable(connection: Connection, namespace: string): Promise<void> {
  const query = Object.keys(SEARCH_ATTRIBUTES)
    .map((name) => `${name} IS NULL`)
    .join(' AND ');
  const deadline = Date.now() + UPTAKE_LIMIT_MS;
  for (;;) {
    try {
      await connection.workflowService.countWorkflowExecutions({ namespace, query });
      return;
    } catch (error) {
      const unknownYet = isGrpcServiceError(error) && error.code === GRPC_INVALID_ARGUMENT;
      if (!unknownYet || Date.now() > deadline) throw error;
      await sleep(UPTAKE_POLL_MS);
    }
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
