/** The command line was wrong. The message says how; the exit code is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const DEFAULT_PORT = 8787;
export const DEFAULT_DATA = '.data';

export const OVERVIEW = `managed-agents: the Claude Managed Agents API on your own machine

Usage
  managed-agents start [options]                              serve the API here
  managed-agents keys create [--workspace W] [--name N]       make an API key
  managed-agents keys list
  managed-agents keys revoke KEY_ID
  managed-agents environment-keys create ENVIRONMENT_ID       make a key for a self-hosted environment's workers
  managed-agents environment-keys list
  managed-agents environment-keys revoke KEY_ID
  managed-agents keys ... --stack NAME [--region R]           the same for a deployment on AWS
  managed-agents model-key --stack NAME [--region R]          give a deployment the key of the model API
  managed-agents check SESSION_ID...                          test that a session's history holds what it must

Every command takes --help.
`;

export const START_HELP = `managed-agents start: serve the API on this machine

Options
  --port N         where to listen on 127.0.0.1 (default ${DEFAULT_PORT}, or a free port when that is taken)
  --data DIR       where everything is kept, with connection.json (base_url, api_key) for clients (default ${DEFAULT_DATA})
  --no-sample      do not run the sample session first
  --model-url URL  a server of the Messages API (default https://api.anthropic.com); also MODEL_BASE_URL
  --model-provider P  anthropic (default), or by the credentials of your AWS CLI: bedrock, claude-platform
  --bedrock-models M  with bedrock: the models as ID or ID=NAME_ON_BEDROCK, separated by commas
  --model-workspace W  with claude-platform: the workspace; also ANTHROPIC_AWS_WORKSPACE_ID
  --model-region R  where AWS is asked; also AWS_REGION
  --model-key KEY  its key; better MODEL_API_KEY or ANTHROPIC_API_KEY, which other users of this machine cannot see
  --sandbox-image I  run sandboxes as containers of image I, with podman (dist/sandbox-image is what to build it from)
  --private-host H  reach host H although it is private or speaks plain http (127.0.0.1, *.corp.example), by MCP, with credentials
                    and from sandboxes behind the gateway; may be repeated
  --log-level L    what to tell on standard error: debug, info, warn (default) or error
  --log-format F   how: pretty (default), or json, a line each
  --trace-endpoint URL  send traces there by OTLP; headers for it in OTEL_EXPORTER_OTLP_HEADERS
  --trace-content  put into the traces what users, models and tools said
  --help           this text

Without a key and a URL, an offline model answers: it plays the part of a model, and calls tools for real.
`;

export const KEYS_HELP = `managed-agents keys, managed-agents environment-keys: make, list and revoke keys

  keys create [--workspace W] [--name N]                           an API key; a new workspace needs nothing else
  environment-keys create ENVIRONMENT_ID [--workspace W] [--name N]  a key for the workers of one environment
  keys list, environment-keys list                                 what there is (never the keys themselves)
  keys revoke KEY_ID, environment-keys revoke KEY_ID               end one

Options
  --stack NAME   the keys of a deployment on AWS, by the credentials of your AWS CLI (docs/operations.md has the permissions)
  --region R     where the stack is (default: where your AWS CLI looks)
  --data DIR     the data to work on, whether a server has them open or not (default ${DEFAULT_DATA})
  --workspace W  whose key it is (default "default")
  --name N       a note to tell keys apart
  --help         this text

A key is shown once, when it is made. Only its hash is kept.
`;

export const MODEL_KEY_HELP = `managed-agents model-key --stack NAME: give a deployment on AWS the key of the model API

Takes the key from MODEL_API_KEY or ANTHROPIC_API_KEY, or from standard input (\`model-key --stack NAME < file\`), and puts it into the secret that
the deployment made for it. The same command replaces it.

Options
  --stack NAME   the deployment
  --region R     where it is (default: where your AWS CLI looks)
  --help         this text
`;

export const CHECK_HELP = `managed-agents check SESSION_ID...: test that a session's history holds what it must

Reads the history through the API and tests every invariant of docs/durability.md. Says what is wrong, and where; the exit code
is 1 when anything is.

Options
  --data DIR      the data of a running server, whose address and key it takes (default ${DEFAULT_DATA})
  --base-url URL  another server instead
  --api-key KEY   its key; better ANTHROPIC_API_KEY, which other users of this machine cannot see
  --help          this text
`;
