const text = { type: 'string', minLength: 1 } as const;
const name = { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9]*$' } as const;
const handlers = {
  type: 'object',
  minProperties: 1,
  additionalProperties: false,
  patternProperties: {
    '^Node(20_1|24)$': {
      type: 'object',
      required: ['target'],
      additionalProperties: false,
      properties: { target: { type: 'string', pattern: '^[a-z]+\\.mjs$' } },
    },
  },
} as const;
const input = {
  type: 'object',
  required: ['name', 'type', 'label', 'helpMarkDown'],
  additionalProperties: false,
  properties: {
    name,
    aliases: { type: 'array', items: name, uniqueItems: true },
    type: {
      type: 'string',
      pattern: '^(boolean|multiLine|pickList|radio|string|connectedService:[A-Za-z]+)$',
    },
    label: text,
    required: { type: 'boolean' },
    defaultValue: { type: 'string' },
    helpMarkDown: text,
    groupName: name,
    visibleRule: { type: 'string', pattern: '^[A-Za-z]+ = \\S+$' },
    options: { type: 'object', minProperties: 2, additionalProperties: text },
    properties: {
      type: 'object',
      additionalProperties: false,
      properties: {
        EditableOptions: { enum: ['True', 'False'] },
        resizable: { enum: ['true', 'false'] },
        rows: { type: 'string', pattern: '^[1-9][0-9]?$' },
      },
    },
  },
  if: { properties: { type: { enum: ['pickList', 'radio'] } } },
  then: { required: ['options'] },
  else: { properties: { options: false } },
} as const;

/**
 * What Azure Pipelines accepts in a `task.json`, as far as these tasks use it. The task library does
 * not ship its schema, which does not know the newer handlers and `restrictions` either.
 */
export const taskSchema = {
  type: 'object',
  required: [
    'id',
    'name',
    'friendlyName',
    'description',
    'helpMarkDown',
    'author',
    'category',
    'visibility',
    'runsOn',
    'version',
    'minimumAgentVersion',
    'instanceNameFormat',
    'inputs',
    'outputVariables',
    'restrictions',
    'execution',
    'postjobexecution',
  ],
  additionalProperties: false,
  properties: {
    id: {
      type: 'string',
      pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
    },
    name: { type: 'string', pattern: '^[A-Za-z0-9-]+$' },
    friendlyName: { type: 'string', minLength: 1, maxLength: 40 },
    description: text,
    helpMarkDown: text,
    author: { const: 'Workload Identity for Azure Pipelines' },
    category: { const: 'Azure Pipelines' },
    visibility: { const: ['Build', 'Release'] },
    runsOn: { const: ['Agent', 'DeploymentGroup'] },
    version: {
      type: 'object',
      required: ['Major', 'Minor', 'Patch'],
      additionalProperties: false,
      properties: {
        Major: { type: 'integer', minimum: 1 },
        Minor: { type: 'integer', minimum: 0 },
        Patch: { type: 'integer', minimum: 0 },
      },
    },
    minimumAgentVersion: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+$' },
    instanceNameFormat: text,
    groups: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'displayName'],
        additionalProperties: false,
        properties: { name, displayName: text, isExpanded: { type: 'boolean' } },
      },
    },
    inputs: { type: 'array', items: input },
    outputVariables: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'description'],
        additionalProperties: false,
        properties: { name, description: text },
      },
    },
    restrictions: {
      type: 'object',
      required: ['settableVariables'],
      additionalProperties: false,
      properties: {
        settableVariables: {
          type: 'object',
          required: ['allowed'],
          additionalProperties: false,
          properties: { allowed: { type: 'array', items: text, minItems: 1, uniqueItems: true } },
        },
      },
    },
    execution: handlers,
    postjobexecution: handlers,
  },
} as const;
