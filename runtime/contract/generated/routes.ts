// Generated from @anthropic-ai/sdk 1.11.0 by `npm run generate`. Do not edit.
import type { Route, Shape } from '../shape';
import type { Operations } from './operations';

/** Shapes that several operations share, by the SDK's names. */
export const SHAPES: Readonly<Record<string, Shape>> = {
 "BetaCloudConfigParams": {
  "kind": "object",
  "name": "BetaCloudConfigParams",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "cloud"
    ]
   },
   "networking": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "unrestricted": {
       "kind": "ref",
       "to": "BetaUnrestrictedNetwork"
      },
      "limited": {
       "kind": "ref",
       "to": "BetaLimitedNetworkParams"
      }
     }
    }
   },
   "packages": {
    "kind": "nullable",
    "of": {
     "kind": "ref",
     "to": "BetaPackagesParams"
    }
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaCurrency": {
  "kind": "enum",
  "values": [
   "USD"
  ]
 },
 "BetaDreamInput": {
  "kind": "union",
  "tag": "type",
  "members": {
   "memory_store": {
    "kind": "ref",
    "to": "BetaDreamMemoryStoreInput"
   },
   "sessions": {
    "kind": "ref",
    "to": "BetaDreamSessionsInput"
   }
  }
 },
 "BetaDreamMemoryStoreInput": {
  "kind": "object",
  "name": "BetaDreamMemoryStoreInput",
  "fields": {
   "memory_store_id": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "memory_store"
    ]
   }
  },
  "required": [
   "memory_store_id",
   "type"
  ]
 },
 "BetaDreamModelConfigParam": {
  "kind": "object",
  "name": "BetaDreamModelConfigParam",
  "fields": {
   "id": {
    "kind": "string"
   },
   "speed": {
    "kind": "nullable",
    "of": {
     "kind": "enum",
     "values": [
      "standard",
      "fast"
     ]
    }
   }
  },
  "required": [
   "id"
  ]
 },
 "BetaDreamSessionsInput": {
  "kind": "object",
  "name": "BetaDreamSessionsInput",
  "fields": {
   "session_ids": {
    "kind": "array",
    "of": {
     "kind": "string"
    }
   },
   "type": {
    "kind": "enum",
    "values": [
     "sessions"
    ]
   }
  },
  "required": [
   "session_ids",
   "type"
  ]
 },
 "BetaDreamStatus": {
  "kind": "enum",
  "values": [
   "pending",
   "running",
   "completed",
   "failed",
   "canceled"
  ]
 },
 "BetaLimitedNetworkParams": {
  "kind": "object",
  "name": "BetaLimitedNetworkParams",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "limited"
    ]
   },
   "allow_mcp_servers": {
    "kind": "nullable",
    "of": {
     "kind": "boolean"
    }
   },
   "allow_package_managers": {
    "kind": "nullable",
    "of": {
     "kind": "boolean"
    }
   },
   "allowed_hosts": {
    "kind": "nullable",
    "of": {
     "kind": "array",
     "of": {
      "kind": "string"
     }
    }
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsAWSRoleExecutionIdentityParams": {
  "kind": "object",
  "name": "BetaManagedAgentsAWSRoleExecutionIdentityParams",
  "fields": {
   "role_arn": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "aws_role"
    ]
   }
  },
  "required": [
   "role_arn",
   "type"
  ]
 },
 "BetaManagedAgentsAdvisorParams": {
  "kind": "object",
  "name": "BetaManagedAgentsAdvisorParams",
  "fields": {
   "model": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "advisor"
    ]
   }
  },
  "required": [
   "model",
   "type"
  ]
 },
 "BetaManagedAgentsAgentParams": {
  "kind": "object",
  "name": "BetaManagedAgentsAgentParams",
  "fields": {
   "id": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "agent"
    ]
   },
   "version": {
    "kind": "integer"
   }
  },
  "required": [
   "id",
   "type"
  ]
 },
 "BetaManagedAgentsAgentToolConfigParams": {
  "kind": "union",
  "tag": "name",
  "members": {
   "bash": {
    "kind": "ref",
    "to": "BetaManagedAgentsBashToolConfigParams"
   },
   "edit": {
    "kind": "ref",
    "to": "BetaManagedAgentsEditToolConfigParams"
   },
   "read": {
    "kind": "ref",
    "to": "BetaManagedAgentsReadToolConfigParams"
   },
   "write": {
    "kind": "ref",
    "to": "BetaManagedAgentsWriteToolConfigParams"
   },
   "glob": {
    "kind": "ref",
    "to": "BetaManagedAgentsGlobToolConfigParams"
   },
   "grep": {
    "kind": "ref",
    "to": "BetaManagedAgentsGrepToolConfigParams"
   },
   "web_fetch": {
    "kind": "ref",
    "to": "BetaManagedAgentsWebFetchToolConfigParams"
   },
   "web_search": {
    "kind": "ref",
    "to": "BetaManagedAgentsWebSearchToolConfigParams"
   }
  }
 },
 "BetaManagedAgentsAgentToolset20260401Params": {
  "kind": "object",
  "name": "BetaManagedAgentsAgentToolset20260401Params",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "agent_toolset_20260401"
    ]
   },
   "configs": {
    "kind": "array",
    "of": {
     "kind": "ref",
     "to": "BetaManagedAgentsAgentToolConfigParams"
    }
   },
   "default_config": {
    "kind": "nullable",
    "of": {
     "kind": "ref",
     "to": "BetaManagedAgentsAgentToolsetDefaultConfigParams"
    }
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsAgentToolsetDefaultConfigParams": {
  "kind": "object",
  "name": "BetaManagedAgentsAgentToolsetDefaultConfigParams",
  "fields": {
   "enabled": {
    "kind": "nullable",
    "of": {
     "kind": "boolean"
    }
   },
   "permission_policy": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "always_allow": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAllowPolicy"
      },
      "always_ask": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAskPolicy"
      },
      "auto": {
       "kind": "ref",
       "to": "BetaManagedAgentsAutoPolicy"
      }
     }
    }
   }
  },
  "required": []
 },
 "BetaManagedAgentsAgentWithOverridesParams": {
  "kind": "object",
  "name": "BetaManagedAgentsAgentWithOverridesParams",
  "fields": {
   "id": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "agent_with_overrides"
    ]
   },
   "mcp_servers": {
    "kind": "array",
    "of": {
     "kind": "ref",
     "to": "BetaManagedAgentsURLMCPServerParams"
    }
   },
   "model": {
    "kind": "union",
    "tag": "",
    "members": {
     "": {
      "kind": "ref",
      "to": "BetaManagedAgentsModelConfigParams"
     }
    },
    "text": {
     "kind": "string"
    }
   },
   "skills": {
    "kind": "array",
    "of": {
     "kind": "ref",
     "to": "BetaManagedAgentsSkillParams"
    }
   },
   "system": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   },
   "tools": {
    "kind": "array",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "agent_toolset_20260401": {
       "kind": "ref",
       "to": "BetaManagedAgentsAgentToolset20260401Params"
      },
      "mcp_toolset": {
       "kind": "ref",
       "to": "BetaManagedAgentsMCPToolsetParams"
      },
      "custom": {
       "kind": "ref",
       "to": "BetaManagedAgentsCustomToolParams"
      }
     }
    }
   },
   "version": {
    "kind": "integer"
   }
  },
  "required": [
   "id",
   "type"
  ]
 },
 "BetaManagedAgentsAlwaysAllowPolicy": {
  "kind": "object",
  "name": "BetaManagedAgentsAlwaysAllowPolicy",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "always_allow"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsAlwaysAskPolicy": {
  "kind": "object",
  "name": "BetaManagedAgentsAlwaysAskPolicy",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "always_ask"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsAnthropicSkillParams": {
  "kind": "object",
  "name": "BetaManagedAgentsAnthropicSkillParams",
  "fields": {
   "skill_id": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "anthropic"
    ]
   },
   "version": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   }
  },
  "required": [
   "skill_id",
   "type"
  ]
 },
 "BetaManagedAgentsAutoPolicy": {
  "kind": "object",
  "name": "BetaManagedAgentsAutoPolicy",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "auto"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsBase64DocumentSource": {
  "kind": "object",
  "name": "BetaManagedAgentsBase64DocumentSource",
  "fields": {
   "data": {
    "kind": "string"
   },
   "media_type": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "base64"
    ]
   }
  },
  "required": [
   "data",
   "media_type",
   "type"
  ]
 },
 "BetaManagedAgentsBase64ImageSource": {
  "kind": "object",
  "name": "BetaManagedAgentsBase64ImageSource",
  "fields": {
   "data": {
    "kind": "string"
   },
   "media_type": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "base64"
    ]
   }
  },
  "required": [
   "data",
   "media_type",
   "type"
  ]
 },
 "BetaManagedAgentsBashToolConfigParams": {
  "kind": "object",
  "name": "BetaManagedAgentsBashToolConfigParams",
  "fields": {
   "name": {
    "kind": "enum",
    "values": [
     "bash"
    ]
   },
   "enabled": {
    "kind": "nullable",
    "of": {
     "kind": "boolean"
    }
   },
   "permission_policy": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "always_allow": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAllowPolicy"
      },
      "always_ask": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAskPolicy"
      },
      "auto": {
       "kind": "ref",
       "to": "BetaManagedAgentsAutoPolicy"
      }
     }
    }
   },
   "type": {
    "kind": "enum",
    "values": [
     "bash"
    ]
   }
  },
  "required": [
   "name"
  ]
 },
 "BetaManagedAgentsBranchCheckout": {
  "kind": "object",
  "name": "BetaManagedAgentsBranchCheckout",
  "fields": {
   "name": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "branch"
    ]
   }
  },
  "required": [
   "name",
   "type"
  ]
 },
 "BetaManagedAgentsBudgetLimit": {
  "kind": "object",
  "name": "BetaManagedAgentsBudgetLimit",
  "fields": {
   "max_list_cost": {
    "kind": "ref",
    "to": "BetaMonetaryAmount"
   },
   "type": {
    "kind": "enum",
    "values": [
     "limit"
    ]
   }
  },
  "required": [
   "max_list_cost",
   "type"
  ]
 },
 "BetaManagedAgentsCommitCheckout": {
  "kind": "object",
  "name": "BetaManagedAgentsCommitCheckout",
  "fields": {
   "sha": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "commit"
    ]
   }
  },
  "required": [
   "sha",
   "type"
  ]
 },
 "BetaManagedAgentsCredentialNetworkingParams": {
  "kind": "union",
  "tag": "type",
  "members": {
   "unrestricted": {
    "kind": "ref",
    "to": "BetaManagedAgentsUnrestrictedCredentialNetworkingParams"
   },
   "limited": {
    "kind": "ref",
    "to": "BetaManagedAgentsLimitedCredentialNetworkingParams"
   }
  }
 },
 "BetaManagedAgentsCustomSkillParams": {
  "kind": "object",
  "name": "BetaManagedAgentsCustomSkillParams",
  "fields": {
   "skill_id": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "custom"
    ]
   },
   "version": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   }
  },
  "required": [
   "skill_id",
   "type"
  ]
 },
 "BetaManagedAgentsCustomToolInputSchema": {
  "kind": "object",
  "name": "BetaManagedAgentsCustomToolInputSchema",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "object"
    ]
   },
   "properties": {
    "kind": "nullable",
    "of": {
     "kind": "map",
     "of": {
      "kind": "any"
     }
    }
   },
   "required": {
    "kind": "nullable",
    "of": {
     "kind": "array",
     "of": {
      "kind": "string"
     }
    }
   }
  },
  "required": [
   "type"
  ],
  "open": true
 },
 "BetaManagedAgentsCustomToolParams": {
  "kind": "object",
  "name": "BetaManagedAgentsCustomToolParams",
  "fields": {
   "description": {
    "kind": "string"
   },
   "input_schema": {
    "kind": "ref",
    "to": "BetaManagedAgentsCustomToolInputSchema"
   },
   "name": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "custom"
    ]
   }
  },
  "required": [
   "description",
   "input_schema",
   "name",
   "type"
  ]
 },
 "BetaManagedAgentsDeltaType": {
  "kind": "enum",
  "values": [
   "agent.message",
   "agent.thinking"
  ]
 },
 "BetaManagedAgentsDeploymentInitialEventParams": {
  "kind": "union",
  "tag": "type",
  "members": {
   "user.message": {
    "kind": "ref",
    "to": "BetaManagedAgentsUserMessageEventParams"
   },
   "user.define_outcome": {
    "kind": "ref",
    "to": "BetaManagedAgentsUserDefineOutcomeEventParams"
   },
   "system.message": {
    "kind": "ref",
    "to": "BetaManagedAgentsSystemMessageEventParams"
   }
  }
 },
 "BetaManagedAgentsDeploymentStatus": {
  "kind": "enum",
  "values": [
   "active",
   "paused"
  ]
 },
 "BetaManagedAgentsDocumentBlock": {
  "kind": "object",
  "name": "BetaManagedAgentsDocumentBlock",
  "fields": {
   "source": {
    "kind": "union",
    "tag": "type",
    "members": {
     "base64": {
      "kind": "ref",
      "to": "BetaManagedAgentsBase64DocumentSource"
     },
     "text": {
      "kind": "ref",
      "to": "BetaManagedAgentsPlainTextDocumentSource"
     },
     "url": {
      "kind": "ref",
      "to": "BetaManagedAgentsURLDocumentSource"
     },
     "file": {
      "kind": "ref",
      "to": "BetaManagedAgentsFileDocumentSource"
     }
    }
   },
   "type": {
    "kind": "enum",
    "values": [
     "document"
    ]
   },
   "context": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   },
   "title": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   }
  },
  "required": [
   "source",
   "type"
  ]
 },
 "BetaManagedAgentsEditToolConfigParams": {
  "kind": "object",
  "name": "BetaManagedAgentsEditToolConfigParams",
  "fields": {
   "name": {
    "kind": "enum",
    "values": [
     "edit"
    ]
   },
   "enabled": {
    "kind": "nullable",
    "of": {
     "kind": "boolean"
    }
   },
   "permission_policy": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "always_allow": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAllowPolicy"
      },
      "always_ask": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAskPolicy"
      },
      "auto": {
       "kind": "ref",
       "to": "BetaManagedAgentsAutoPolicy"
      }
     }
    }
   },
   "type": {
    "kind": "enum",
    "values": [
     "edit"
    ]
   }
  },
  "required": [
   "name"
  ]
 },
 "BetaManagedAgentsEffortHigh": {
  "kind": "object",
  "name": "BetaManagedAgentsEffortHigh",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "high"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsEffortLow": {
  "kind": "object",
  "name": "BetaManagedAgentsEffortLow",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "low"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsEffortMax": {
  "kind": "object",
  "name": "BetaManagedAgentsEffortMax",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "max"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsEffortMedium": {
  "kind": "object",
  "name": "BetaManagedAgentsEffortMedium",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "medium"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsEffortXhigh": {
  "kind": "object",
  "name": "BetaManagedAgentsEffortXhigh",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "xhigh"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsEnvironmentVariableCreateParams": {
  "kind": "object",
  "name": "BetaManagedAgentsEnvironmentVariableCreateParams",
  "fields": {
   "networking": {
    "kind": "ref",
    "to": "BetaManagedAgentsCredentialNetworkingParams"
   },
   "secret_name": {
    "kind": "string"
   },
   "secret_value": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "environment_variable"
    ]
   },
   "injection_location": {
    "kind": "ref",
    "to": "BetaManagedAgentsInjectionLocationParams"
   }
  },
  "required": [
   "networking",
   "secret_name",
   "secret_value",
   "type"
  ]
 },
 "BetaManagedAgentsEnvironmentVariableUpdateParams": {
  "kind": "object",
  "name": "BetaManagedAgentsEnvironmentVariableUpdateParams",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "environment_variable"
    ]
   },
   "injection_location": {
    "kind": "ref",
    "to": "BetaManagedAgentsInjectionLocationUpdateParams"
   },
   "networking": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "unrestricted": {
       "kind": "ref",
       "to": "BetaManagedAgentsUnrestrictedCredentialNetworkingParams"
      },
      "limited": {
       "kind": "ref",
       "to": "BetaManagedAgentsLimitedCredentialNetworkingParams"
      }
     }
    }
   },
   "secret_value": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsEventParams": {
  "kind": "union",
  "tag": "type",
  "members": {
   "user.message": {
    "kind": "ref",
    "to": "BetaManagedAgentsUserMessageEventParams"
   },
   "user.interrupt": {
    "kind": "ref",
    "to": "BetaManagedAgentsUserInterruptEventParams"
   },
   "user.tool_confirmation": {
    "kind": "ref",
    "to": "BetaManagedAgentsUserToolConfirmationEventParams"
   },
   "user.custom_tool_result": {
    "kind": "ref",
    "to": "BetaManagedAgentsUserCustomToolResultEventParams"
   },
   "user.define_outcome": {
    "kind": "ref",
    "to": "BetaManagedAgentsUserDefineOutcomeEventParams"
   },
   "user.tool_result": {
    "kind": "ref",
    "to": "BetaManagedAgentsUserToolResultEventParams"
   },
   "system.message": {
    "kind": "ref",
    "to": "BetaManagedAgentsSystemMessageEventParams"
   }
  }
 },
 "BetaManagedAgentsFileDocumentSource": {
  "kind": "object",
  "name": "BetaManagedAgentsFileDocumentSource",
  "fields": {
   "file_id": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "file"
    ]
   }
  },
  "required": [
   "file_id",
   "type"
  ]
 },
 "BetaManagedAgentsFileImageSource": {
  "kind": "object",
  "name": "BetaManagedAgentsFileImageSource",
  "fields": {
   "file_id": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "file"
    ]
   }
  },
  "required": [
   "file_id",
   "type"
  ]
 },
 "BetaManagedAgentsFileResourceParams": {
  "kind": "object",
  "name": "BetaManagedAgentsFileResourceParams",
  "fields": {
   "file_id": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "file"
    ]
   },
   "mount_path": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   }
  },
  "required": [
   "file_id",
   "type"
  ]
 },
 "BetaManagedAgentsFileRubricParams": {
  "kind": "object",
  "name": "BetaManagedAgentsFileRubricParams",
  "fields": {
   "file_id": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "file"
    ]
   }
  },
  "required": [
   "file_id",
   "type"
  ]
 },
 "BetaManagedAgentsGitHubRepositoryResourceParams": {
  "kind": "object",
  "name": "BetaManagedAgentsGitHubRepositoryResourceParams",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "github_repository"
    ]
   },
   "url": {
    "kind": "string"
   },
   "authorization_token": {
    "kind": "string"
   },
   "checkout": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "branch": {
       "kind": "ref",
       "to": "BetaManagedAgentsBranchCheckout"
      },
      "commit": {
       "kind": "ref",
       "to": "BetaManagedAgentsCommitCheckout"
      }
     }
    }
   },
   "mount_path": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   }
  },
  "required": [
   "type",
   "url"
  ]
 },
 "BetaManagedAgentsGlobToolConfigParams": {
  "kind": "object",
  "name": "BetaManagedAgentsGlobToolConfigParams",
  "fields": {
   "name": {
    "kind": "enum",
    "values": [
     "glob"
    ]
   },
   "enabled": {
    "kind": "nullable",
    "of": {
     "kind": "boolean"
    }
   },
   "permission_policy": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "always_allow": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAllowPolicy"
      },
      "always_ask": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAskPolicy"
      },
      "auto": {
       "kind": "ref",
       "to": "BetaManagedAgentsAutoPolicy"
      }
     }
    }
   },
   "type": {
    "kind": "enum",
    "values": [
     "glob"
    ]
   }
  },
  "required": [
   "name"
  ]
 },
 "BetaManagedAgentsGrepToolConfigParams": {
  "kind": "object",
  "name": "BetaManagedAgentsGrepToolConfigParams",
  "fields": {
   "name": {
    "kind": "enum",
    "values": [
     "grep"
    ]
   },
   "enabled": {
    "kind": "nullable",
    "of": {
     "kind": "boolean"
    }
   },
   "permission_policy": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "always_allow": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAllowPolicy"
      },
      "always_ask": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAskPolicy"
      },
      "auto": {
       "kind": "ref",
       "to": "BetaManagedAgentsAutoPolicy"
      }
     }
    }
   },
   "type": {
    "kind": "enum",
    "values": [
     "grep"
    ]
   }
  },
  "required": [
   "name"
  ]
 },
 "BetaManagedAgentsImageBlock": {
  "kind": "object",
  "name": "BetaManagedAgentsImageBlock",
  "fields": {
   "source": {
    "kind": "union",
    "tag": "type",
    "members": {
     "base64": {
      "kind": "ref",
      "to": "BetaManagedAgentsBase64ImageSource"
     },
     "url": {
      "kind": "ref",
      "to": "BetaManagedAgentsURLImageSource"
     },
     "file": {
      "kind": "ref",
      "to": "BetaManagedAgentsFileImageSource"
     }
    }
   },
   "type": {
    "kind": "enum",
    "values": [
     "image"
    ]
   }
  },
  "required": [
   "source",
   "type"
  ]
 },
 "BetaManagedAgentsInjectionLocationParams": {
  "kind": "object",
  "name": "BetaManagedAgentsInjectionLocationParams",
  "fields": {
   "body": {
    "kind": "boolean"
   },
   "header": {
    "kind": "boolean"
   }
  },
  "required": []
 },
 "BetaManagedAgentsInjectionLocationUpdateParams": {
  "kind": "object",
  "name": "BetaManagedAgentsInjectionLocationUpdateParams",
  "fields": {
   "body": {
    "kind": "boolean"
   },
   "header": {
    "kind": "boolean"
   }
  },
  "required": []
 },
 "BetaManagedAgentsLimitedCredentialNetworkingParams": {
  "kind": "object",
  "name": "BetaManagedAgentsLimitedCredentialNetworkingParams",
  "fields": {
   "allowed_hosts": {
    "kind": "array",
    "of": {
     "kind": "string"
    }
   },
   "type": {
    "kind": "enum",
    "values": [
     "limited"
    ]
   }
  },
  "required": [
   "allowed_hosts",
   "type"
  ]
 },
 "BetaManagedAgentsMCPOAuthCreateParams": {
  "kind": "object",
  "name": "BetaManagedAgentsMCPOAuthCreateParams",
  "fields": {
   "access_token": {
    "kind": "string"
   },
   "mcp_server_url": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "mcp_oauth"
    ]
   },
   "expires_at": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   },
   "refresh": {
    "kind": "nullable",
    "of": {
     "kind": "ref",
     "to": "BetaManagedAgentsMCPOAuthRefreshParams"
    }
   }
  },
  "required": [
   "access_token",
   "mcp_server_url",
   "type"
  ]
 },
 "BetaManagedAgentsMCPOAuthRefreshParams": {
  "kind": "object",
  "name": "BetaManagedAgentsMCPOAuthRefreshParams",
  "fields": {
   "client_id": {
    "kind": "string"
   },
   "refresh_token": {
    "kind": "string"
   },
   "token_endpoint": {
    "kind": "string"
   },
   "token_endpoint_auth": {
    "kind": "union",
    "tag": "type",
    "members": {
     "none": {
      "kind": "ref",
      "to": "BetaManagedAgentsTokenEndpointAuthNoneParam"
     },
     "client_secret_basic": {
      "kind": "ref",
      "to": "BetaManagedAgentsTokenEndpointAuthBasicParam"
     },
     "client_secret_post": {
      "kind": "ref",
      "to": "BetaManagedAgentsTokenEndpointAuthPostParam"
     }
    }
   },
   "resource": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   },
   "scope": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   }
  },
  "required": [
   "client_id",
   "refresh_token",
   "token_endpoint",
   "token_endpoint_auth"
  ]
 },
 "BetaManagedAgentsMCPOAuthRefreshUpdateParams": {
  "kind": "object",
  "name": "BetaManagedAgentsMCPOAuthRefreshUpdateParams",
  "fields": {
   "refresh_token": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   },
   "scope": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   },
   "token_endpoint_auth": {
    "kind": "union",
    "tag": "type",
    "members": {
     "client_secret_basic": {
      "kind": "ref",
      "to": "BetaManagedAgentsTokenEndpointAuthBasicUpdateParam"
     },
     "client_secret_post": {
      "kind": "ref",
      "to": "BetaManagedAgentsTokenEndpointAuthPostUpdateParam"
     }
    }
   }
  },
  "required": []
 },
 "BetaManagedAgentsMCPOAuthUpdateParams": {
  "kind": "object",
  "name": "BetaManagedAgentsMCPOAuthUpdateParams",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "mcp_oauth"
    ]
   },
   "access_token": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   },
   "expires_at": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   },
   "refresh": {
    "kind": "nullable",
    "of": {
     "kind": "ref",
     "to": "BetaManagedAgentsMCPOAuthRefreshUpdateParams"
    }
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsMCPToolConfigParams": {
  "kind": "object",
  "name": "BetaManagedAgentsMCPToolConfigParams",
  "fields": {
   "name": {
    "kind": "string"
   },
   "enabled": {
    "kind": "nullable",
    "of": {
     "kind": "boolean"
    }
   },
   "permission_policy": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "always_allow": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAllowPolicy"
      },
      "always_ask": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAskPolicy"
      },
      "auto": {
       "kind": "ref",
       "to": "BetaManagedAgentsAutoPolicy"
      }
     }
    }
   }
  },
  "required": [
   "name"
  ]
 },
 "BetaManagedAgentsMCPToolsetDefaultConfigParams": {
  "kind": "object",
  "name": "BetaManagedAgentsMCPToolsetDefaultConfigParams",
  "fields": {
   "enabled": {
    "kind": "nullable",
    "of": {
     "kind": "boolean"
    }
   },
   "permission_policy": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "always_allow": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAllowPolicy"
      },
      "always_ask": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAskPolicy"
      },
      "auto": {
       "kind": "ref",
       "to": "BetaManagedAgentsAutoPolicy"
      }
     }
    }
   }
  },
  "required": []
 },
 "BetaManagedAgentsMCPToolsetParams": {
  "kind": "object",
  "name": "BetaManagedAgentsMCPToolsetParams",
  "fields": {
   "mcp_server_name": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "mcp_toolset"
    ]
   },
   "configs": {
    "kind": "array",
    "of": {
     "kind": "ref",
     "to": "BetaManagedAgentsMCPToolConfigParams"
    }
   },
   "default_config": {
    "kind": "nullable",
    "of": {
     "kind": "ref",
     "to": "BetaManagedAgentsMCPToolsetDefaultConfigParams"
    }
   }
  },
  "required": [
   "mcp_server_name",
   "type"
  ]
 },
 "BetaManagedAgentsMemoryStoreResourceParam": {
  "kind": "object",
  "name": "BetaManagedAgentsMemoryStoreResourceParam",
  "fields": {
   "memory_store_id": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "memory_store"
    ]
   },
   "access": {
    "kind": "nullable",
    "of": {
     "kind": "enum",
     "values": [
      "read_write",
      "read_only"
     ]
    }
   },
   "instructions": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   }
  },
  "required": [
   "memory_store_id",
   "type"
  ]
 },
 "BetaManagedAgentsMemoryVersionOperation": {
  "kind": "enum",
  "values": [
   "created",
   "modified",
   "deleted"
  ]
 },
 "BetaManagedAgentsMemoryView": {
  "kind": "enum",
  "values": [
   "basic",
   "full"
  ]
 },
 "BetaManagedAgentsModel": {
  "kind": "string"
 },
 "BetaManagedAgentsModelConfigParams": {
  "kind": "object",
  "name": "BetaManagedAgentsModelConfigParams",
  "fields": {
   "id": {
    "kind": "ref",
    "to": "BetaManagedAgentsModel"
   },
   "effort": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "low": {
       "kind": "ref",
       "to": "BetaManagedAgentsEffortLow"
      },
      "medium": {
       "kind": "ref",
       "to": "BetaManagedAgentsEffortMedium"
      },
      "high": {
       "kind": "ref",
       "to": "BetaManagedAgentsEffortHigh"
      },
      "xhigh": {
       "kind": "ref",
       "to": "BetaManagedAgentsEffortXhigh"
      },
      "max": {
       "kind": "ref",
       "to": "BetaManagedAgentsEffortMax"
      }
     },
     "text": {
      "kind": "enum",
      "values": [
       "low",
       "medium",
       "high",
       "xhigh",
       "max"
      ]
     }
    }
   },
   "inference_geo": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   },
   "speed": {
    "kind": "nullable",
    "of": {
     "kind": "enum",
     "values": [
      "standard",
      "fast"
     ]
    }
   }
  },
  "required": [
   "id"
  ]
 },
 "BetaManagedAgentsMultiagent20261001Params": {
  "kind": "object",
  "name": "BetaManagedAgentsMultiagent20261001Params",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "multiagent_20261001"
    ]
   },
   "advisor": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "enabled": {
       "kind": "ref",
       "to": "BetaManagedAgentsMultiagentAdvisorEnabledParams"
      },
      "disabled": {
       "kind": "ref",
       "to": "BetaManagedAgentsMultiagentAdvisorDisabledParams"
      }
     }
    }
   },
   "subagents": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "enabled": {
       "kind": "ref",
       "to": "BetaManagedAgentsMultiagentSubagentsEnabledParams"
      },
      "disabled": {
       "kind": "ref",
       "to": "BetaManagedAgentsMultiagentSubagentsDisabledParams"
      }
     }
    }
   },
   "workflows": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "enabled": {
       "kind": "ref",
       "to": "BetaManagedAgentsMultiagentWorkflowsEnabledParams"
      },
      "disabled": {
       "kind": "ref",
       "to": "BetaManagedAgentsMultiagentWorkflowsDisabledParams"
      }
     }
    }
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsMultiagentAdvisorDisabledParams": {
  "kind": "object",
  "name": "BetaManagedAgentsMultiagentAdvisorDisabledParams",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "disabled"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsMultiagentAdvisorEnabledParams": {
  "kind": "object",
  "name": "BetaManagedAgentsMultiagentAdvisorEnabledParams",
  "fields": {
   "model": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "enabled"
    ]
   }
  },
  "required": [
   "model",
   "type"
  ]
 },
 "BetaManagedAgentsMultiagentCoordinatorParams": {
  "kind": "object",
  "name": "BetaManagedAgentsMultiagentCoordinatorParams",
  "fields": {
   "agents": {
    "kind": "array",
    "of": {
     "kind": "ref",
     "to": "BetaManagedAgentsMultiagentRosterEntryParams"
    }
   },
   "type": {
    "kind": "enum",
    "values": [
     "coordinator"
    ]
   }
  },
  "required": [
   "agents",
   "type"
  ]
 },
 "BetaManagedAgentsMultiagentInlineAgentsDisabledParams": {
  "kind": "object",
  "name": "BetaManagedAgentsMultiagentInlineAgentsDisabledParams",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "disabled"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsMultiagentInlineAgentsEnabledParams": {
  "kind": "object",
  "name": "BetaManagedAgentsMultiagentInlineAgentsEnabledParams",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "enabled"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsMultiagentPredefinedAgentParams": {
  "kind": "union",
  "tag": "type",
  "members": {
   "agent": {
    "kind": "ref",
    "to": "BetaManagedAgentsAgentParams"
   },
   "self": {
    "kind": "ref",
    "to": "BetaManagedAgentsMultiagentSelfParams"
   }
  },
  "text": {
   "kind": "string"
  }
 },
 "BetaManagedAgentsMultiagentRosterEntryParams": {
  "kind": "union",
  "tag": "type",
  "members": {
   "agent": {
    "kind": "ref",
    "to": "BetaManagedAgentsAgentParams"
   },
   "self": {
    "kind": "ref",
    "to": "BetaManagedAgentsMultiagentSelfParams"
   },
   "advisor": {
    "kind": "ref",
    "to": "BetaManagedAgentsAdvisorParams"
   }
  },
  "text": {
   "kind": "string"
  }
 },
 "BetaManagedAgentsMultiagentSelfParams": {
  "kind": "object",
  "name": "BetaManagedAgentsMultiagentSelfParams",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "self"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsMultiagentSubagentsDisabledParams": {
  "kind": "object",
  "name": "BetaManagedAgentsMultiagentSubagentsDisabledParams",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "disabled"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsMultiagentSubagentsEnabledParams": {
  "kind": "object",
  "name": "BetaManagedAgentsMultiagentSubagentsEnabledParams",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "enabled"
    ]
   },
   "inline_agents": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "enabled": {
       "kind": "ref",
       "to": "BetaManagedAgentsMultiagentInlineAgentsEnabledParams"
      },
      "disabled": {
       "kind": "ref",
       "to": "BetaManagedAgentsMultiagentInlineAgentsDisabledParams"
      }
     }
    }
   },
   "predefined_agents": {
    "kind": "nullable",
    "of": {
     "kind": "array",
     "of": {
      "kind": "ref",
      "to": "BetaManagedAgentsMultiagentPredefinedAgentParams"
     }
    }
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsMultiagentWorkflowsDisabledParams": {
  "kind": "object",
  "name": "BetaManagedAgentsMultiagentWorkflowsDisabledParams",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "disabled"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsMultiagentWorkflowsEnabledParams": {
  "kind": "object",
  "name": "BetaManagedAgentsMultiagentWorkflowsEnabledParams",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "enabled"
    ]
   },
   "inline_agents": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "enabled": {
       "kind": "ref",
       "to": "BetaManagedAgentsMultiagentInlineAgentsEnabledParams"
      },
      "disabled": {
       "kind": "ref",
       "to": "BetaManagedAgentsMultiagentInlineAgentsDisabledParams"
      }
     }
    }
   },
   "predefined_agents": {
    "kind": "nullable",
    "of": {
     "kind": "array",
     "of": {
      "kind": "ref",
      "to": "BetaManagedAgentsMultiagentPredefinedAgentParams"
     }
    }
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsPlainTextDocumentSource": {
  "kind": "object",
  "name": "BetaManagedAgentsPlainTextDocumentSource",
  "fields": {
   "data": {
    "kind": "string"
   },
   "media_type": {
    "kind": "enum",
    "values": [
     "text/plain"
    ]
   },
   "type": {
    "kind": "enum",
    "values": [
     "text"
    ]
   }
  },
  "required": [
   "data",
   "media_type",
   "type"
  ]
 },
 "BetaManagedAgentsPrecondition": {
  "kind": "object",
  "name": "BetaManagedAgentsPrecondition",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "content_sha256"
    ]
   },
   "content_sha256": {
    "kind": "string"
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsReadToolConfigParams": {
  "kind": "object",
  "name": "BetaManagedAgentsReadToolConfigParams",
  "fields": {
   "name": {
    "kind": "enum",
    "values": [
     "read"
    ]
   },
   "enabled": {
    "kind": "nullable",
    "of": {
     "kind": "boolean"
    }
   },
   "permission_policy": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "always_allow": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAllowPolicy"
      },
      "always_ask": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAskPolicy"
      },
      "auto": {
       "kind": "ref",
       "to": "BetaManagedAgentsAutoPolicy"
      }
     }
    }
   },
   "type": {
    "kind": "enum",
    "values": [
     "read"
    ]
   }
  },
  "required": [
   "name"
  ]
 },
 "BetaManagedAgentsRedactedBlock": {
  "kind": "object",
  "name": "BetaManagedAgentsRedactedBlock",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "redacted"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsScheduleParams": {
  "kind": "object",
  "name": "BetaManagedAgentsScheduleParams",
  "fields": {
   "expression": {
    "kind": "string"
   },
   "timezone": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "cron"
    ]
   }
  },
  "required": [
   "expression",
   "timezone",
   "type"
  ]
 },
 "BetaManagedAgentsSearchResultBlock": {
  "kind": "object",
  "name": "BetaManagedAgentsSearchResultBlock",
  "fields": {
   "citations": {
    "kind": "ref",
    "to": "BetaManagedAgentsSearchResultCitations"
   },
   "content": {
    "kind": "array",
    "of": {
     "kind": "ref",
     "to": "BetaManagedAgentsSearchResultContent"
    }
   },
   "source": {
    "kind": "string"
   },
   "title": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "search_result"
    ]
   }
  },
  "required": [
   "citations",
   "content",
   "source",
   "title",
   "type"
  ]
 },
 "BetaManagedAgentsSearchResultCitations": {
  "kind": "object",
  "name": "BetaManagedAgentsSearchResultCitations",
  "fields": {
   "enabled": {
    "kind": "boolean"
   }
  },
  "required": [
   "enabled"
  ]
 },
 "BetaManagedAgentsSearchResultContent": {
  "kind": "object",
  "name": "BetaManagedAgentsSearchResultContent",
  "fields": {
   "text": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "text"
    ]
   }
  },
  "required": [
   "text",
   "type"
  ]
 },
 "BetaManagedAgentsServiceAccountExecutionIdentityParams": {
  "kind": "object",
  "name": "BetaManagedAgentsServiceAccountExecutionIdentityParams",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "service_account"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsSessionAgentUpdate": {
  "kind": "object",
  "name": "BetaManagedAgentsSessionAgentUpdate",
  "fields": {
   "mcp_servers": {
    "kind": "array",
    "of": {
     "kind": "ref",
     "to": "BetaManagedAgentsURLMCPServerParams"
    }
   },
   "tools": {
    "kind": "array",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "agent_toolset_20260401": {
       "kind": "ref",
       "to": "BetaManagedAgentsAgentToolset20260401Params"
      },
      "mcp_toolset": {
       "kind": "ref",
       "to": "BetaManagedAgentsMCPToolsetParams"
      },
      "custom": {
       "kind": "ref",
       "to": "BetaManagedAgentsCustomToolParams"
      }
     }
    }
   }
  },
  "required": []
 },
 "BetaManagedAgentsSessionEventType": {
  "kind": "enum",
  "values": [
   "user.message",
   "user.interrupt",
   "user.tool_confirmation",
   "user.custom_tool_result",
   "agent.custom_tool_use",
   "agent.message",
   "agent.thinking",
   "agent.mcp_tool_use",
   "agent.mcp_tool_result",
   "agent.tool_use",
   "agent.tool_result",
   "agent.thread_message_received",
   "agent.thread_message_sent",
   "agent.thread_context_compacted",
   "session.error",
   "session.status_rescheduled",
   "session.status_running",
   "session.status_idle",
   "session.status_terminated",
   "session.thread_created",
   "span.outcome_evaluation_start",
   "span.outcome_evaluation_end",
   "span.model_request_start",
   "span.model_request_end",
   "span.outcome_evaluation_ongoing",
   "user.define_outcome",
   "session.thread_status_running",
   "session.thread_status_idle",
   "session.thread_status_terminated",
   "user.tool_result",
   "session.thread_status_rescheduled",
   "session.updated",
   "system.message",
   "session.usage",
   "workflow_run.created",
   "workflow_run.status_running",
   "workflow_run.status_idle",
   "workflow_run.status_ended",
   "workflow_run.error",
   "workflow_run.phase_started",
   "workflow_run.phase_ended"
  ]
 },
 "BetaManagedAgentsSessionThreadStatus": {
  "kind": "enum",
  "values": [
   "running",
   "idle",
   "rescheduling",
   "terminated"
  ]
 },
 "BetaManagedAgentsSkillParams": {
  "kind": "union",
  "tag": "type",
  "members": {
   "anthropic": {
    "kind": "ref",
    "to": "BetaManagedAgentsAnthropicSkillParams"
   },
   "custom": {
    "kind": "ref",
    "to": "BetaManagedAgentsCustomSkillParams"
   }
  }
 },
 "BetaManagedAgentsStaticBearerCreateParams": {
  "kind": "object",
  "name": "BetaManagedAgentsStaticBearerCreateParams",
  "fields": {
   "token": {
    "kind": "string"
   },
   "mcp_server_url": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "static_bearer"
    ]
   }
  },
  "required": [
   "token",
   "mcp_server_url",
   "type"
  ]
 },
 "BetaManagedAgentsStaticBearerUpdateParams": {
  "kind": "object",
  "name": "BetaManagedAgentsStaticBearerUpdateParams",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "static_bearer"
    ]
   },
   "token": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsSystemContentBlock": {
  "kind": "object",
  "name": "BetaManagedAgentsSystemContentBlock",
  "fields": {
   "text": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "text"
    ]
   }
  },
  "required": [
   "text",
   "type"
  ]
 },
 "BetaManagedAgentsSystemMessageEventParams": {
  "kind": "object",
  "name": "BetaManagedAgentsSystemMessageEventParams",
  "fields": {
   "content": {
    "kind": "array",
    "of": {
     "kind": "ref",
     "to": "BetaManagedAgentsSystemContentBlock"
    }
   },
   "type": {
    "kind": "enum",
    "values": [
     "system.message"
    ]
   }
  },
  "required": [
   "content",
   "type"
  ]
 },
 "BetaManagedAgentsTextBlock": {
  "kind": "object",
  "name": "BetaManagedAgentsTextBlock",
  "fields": {
   "text": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "text"
    ]
   }
  },
  "required": [
   "text",
   "type"
  ]
 },
 "BetaManagedAgentsTextRubricParams": {
  "kind": "object",
  "name": "BetaManagedAgentsTextRubricParams",
  "fields": {
   "content": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "text"
    ]
   }
  },
  "required": [
   "content",
   "type"
  ]
 },
 "BetaManagedAgentsTokenEndpointAuthBasicParam": {
  "kind": "object",
  "name": "BetaManagedAgentsTokenEndpointAuthBasicParam",
  "fields": {
   "client_secret": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "client_secret_basic"
    ]
   }
  },
  "required": [
   "client_secret",
   "type"
  ]
 },
 "BetaManagedAgentsTokenEndpointAuthBasicUpdateParam": {
  "kind": "object",
  "name": "BetaManagedAgentsTokenEndpointAuthBasicUpdateParam",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "client_secret_basic"
    ]
   },
   "client_secret": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsTokenEndpointAuthNoneParam": {
  "kind": "object",
  "name": "BetaManagedAgentsTokenEndpointAuthNoneParam",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "none"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsTokenEndpointAuthPostParam": {
  "kind": "object",
  "name": "BetaManagedAgentsTokenEndpointAuthPostParam",
  "fields": {
   "client_secret": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "client_secret_post"
    ]
   }
  },
  "required": [
   "client_secret",
   "type"
  ]
 },
 "BetaManagedAgentsTokenEndpointAuthPostUpdateParam": {
  "kind": "object",
  "name": "BetaManagedAgentsTokenEndpointAuthPostUpdateParam",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "client_secret_post"
    ]
   },
   "client_secret": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsTriggerType": {
  "kind": "enum",
  "values": [
   "schedule",
   "manual"
  ]
 },
 "BetaManagedAgentsURLDocumentSource": {
  "kind": "object",
  "name": "BetaManagedAgentsURLDocumentSource",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "url"
    ]
   },
   "url": {
    "kind": "string"
   }
  },
  "required": [
   "type",
   "url"
  ]
 },
 "BetaManagedAgentsURLImageSource": {
  "kind": "object",
  "name": "BetaManagedAgentsURLImageSource",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "url"
    ]
   },
   "url": {
    "kind": "string"
   }
  },
  "required": [
   "type",
   "url"
  ]
 },
 "BetaManagedAgentsURLMCPServerParams": {
  "kind": "object",
  "name": "BetaManagedAgentsURLMCPServerParams",
  "fields": {
   "name": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "url"
    ]
   },
   "url": {
    "kind": "string"
   }
  },
  "required": [
   "name",
   "type",
   "url"
  ]
 },
 "BetaManagedAgentsUnrestrictedCredentialNetworkingParams": {
  "kind": "object",
  "name": "BetaManagedAgentsUnrestrictedCredentialNetworkingParams",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "unrestricted"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsUserCustomToolResultEventParams": {
  "kind": "object",
  "name": "BetaManagedAgentsUserCustomToolResultEventParams",
  "fields": {
   "custom_tool_use_id": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "user.custom_tool_result"
    ]
   },
   "content": {
    "kind": "array",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "text": {
       "kind": "ref",
       "to": "BetaManagedAgentsTextBlock"
      },
      "image": {
       "kind": "ref",
       "to": "BetaManagedAgentsImageBlock"
      },
      "document": {
       "kind": "ref",
       "to": "BetaManagedAgentsDocumentBlock"
      },
      "search_result": {
       "kind": "ref",
       "to": "BetaManagedAgentsSearchResultBlock"
      }
     }
    }
   },
   "is_error": {
    "kind": "nullable",
    "of": {
     "kind": "boolean"
    }
   }
  },
  "required": [
   "custom_tool_use_id",
   "type"
  ]
 },
 "BetaManagedAgentsUserDefineOutcomeEventParams": {
  "kind": "object",
  "name": "BetaManagedAgentsUserDefineOutcomeEventParams",
  "fields": {
   "description": {
    "kind": "string"
   },
   "rubric": {
    "kind": "union",
    "tag": "type",
    "members": {
     "file": {
      "kind": "ref",
      "to": "BetaManagedAgentsFileRubricParams"
     },
     "text": {
      "kind": "ref",
      "to": "BetaManagedAgentsTextRubricParams"
     }
    }
   },
   "type": {
    "kind": "enum",
    "values": [
     "user.define_outcome"
    ]
   },
   "max_iterations": {
    "kind": "nullable",
    "of": {
     "kind": "integer"
    }
   }
  },
  "required": [
   "description",
   "rubric",
   "type"
  ]
 },
 "BetaManagedAgentsUserInterruptEventParams": {
  "kind": "object",
  "name": "BetaManagedAgentsUserInterruptEventParams",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "user.interrupt"
    ]
   },
   "session_thread_id": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsUserLocation": {
  "kind": "object",
  "name": "BetaManagedAgentsUserLocation",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "approximate"
    ]
   },
   "city": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   },
   "country": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   },
   "region": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   },
   "timezone": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsUserMessageEventParams": {
  "kind": "object",
  "name": "BetaManagedAgentsUserMessageEventParams",
  "fields": {
   "content": {
    "kind": "array",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "text": {
       "kind": "ref",
       "to": "BetaManagedAgentsTextBlock"
      },
      "image": {
       "kind": "ref",
       "to": "BetaManagedAgentsImageBlock"
      },
      "document": {
       "kind": "ref",
       "to": "BetaManagedAgentsDocumentBlock"
      },
      "redacted": {
       "kind": "ref",
       "to": "BetaManagedAgentsRedactedBlock"
      }
     }
    }
   },
   "type": {
    "kind": "enum",
    "values": [
     "user.message"
    ]
   }
  },
  "required": [
   "content",
   "type"
  ]
 },
 "BetaManagedAgentsUserToolConfirmationEventParams": {
  "kind": "object",
  "name": "BetaManagedAgentsUserToolConfirmationEventParams",
  "fields": {
   "result": {
    "kind": "enum",
    "values": [
     "allow",
     "deny"
    ]
   },
   "tool_use_id": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "user.tool_confirmation"
    ]
   },
   "deny_message": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   }
  },
  "required": [
   "result",
   "tool_use_id",
   "type"
  ]
 },
 "BetaManagedAgentsUserToolResultEventParams": {
  "kind": "object",
  "name": "BetaManagedAgentsUserToolResultEventParams",
  "fields": {
   "tool_use_id": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "user.tool_result"
    ]
   },
   "content": {
    "kind": "array",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "text": {
       "kind": "ref",
       "to": "BetaManagedAgentsTextBlock"
      },
      "image": {
       "kind": "ref",
       "to": "BetaManagedAgentsImageBlock"
      },
      "document": {
       "kind": "ref",
       "to": "BetaManagedAgentsDocumentBlock"
      },
      "search_result": {
       "kind": "ref",
       "to": "BetaManagedAgentsSearchResultBlock"
      }
     }
    }
   },
   "is_error": {
    "kind": "nullable",
    "of": {
     "kind": "boolean"
    }
   }
  },
  "required": [
   "tool_use_id",
   "type"
  ]
 },
 "BetaManagedAgentsWebFetchToolConfigParams": {
  "kind": "object",
  "name": "BetaManagedAgentsWebFetchToolConfigParams",
  "fields": {
   "name": {
    "kind": "enum",
    "values": [
     "web_fetch"
    ]
   },
   "allowed_domains": {
    "kind": "array",
    "of": {
     "kind": "string"
    }
   },
   "blocked_domains": {
    "kind": "array",
    "of": {
     "kind": "string"
    }
   },
   "enabled": {
    "kind": "nullable",
    "of": {
     "kind": "boolean"
    }
   },
   "max_content_tokens": {
    "kind": "nullable",
    "of": {
     "kind": "integer"
    }
   },
   "permission_policy": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "always_allow": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAllowPolicy"
      },
      "always_ask": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAskPolicy"
      },
      "auto": {
       "kind": "ref",
       "to": "BetaManagedAgentsAutoPolicy"
      }
     }
    }
   },
   "type": {
    "kind": "enum",
    "values": [
     "web_fetch"
    ]
   },
   "url_sources": {
    "kind": "nullable",
    "of": {
     "kind": "ref",
     "to": "BetaManagedAgentsWebFetchURLSourcesParams"
    }
   }
  },
  "required": [
   "name"
  ]
 },
 "BetaManagedAgentsWebFetchURLSourceAll": {
  "kind": "object",
  "name": "BetaManagedAgentsWebFetchURLSourceAll",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "all"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsWebFetchURLSourceExcept": {
  "kind": "object",
  "name": "BetaManagedAgentsWebFetchURLSourceExcept",
  "fields": {
   "tools": {
    "kind": "array",
    "of": {
     "kind": "ref",
     "to": "BetaManagedAgentsWebFetchURLSourceToolReference"
    }
   },
   "type": {
    "kind": "enum",
    "values": [
     "except"
    ]
   }
  },
  "required": [
   "tools",
   "type"
  ]
 },
 "BetaManagedAgentsWebFetchURLSourceNone": {
  "kind": "object",
  "name": "BetaManagedAgentsWebFetchURLSourceNone",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "none"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaManagedAgentsWebFetchURLSourceOnly": {
  "kind": "object",
  "name": "BetaManagedAgentsWebFetchURLSourceOnly",
  "fields": {
   "tools": {
    "kind": "array",
    "of": {
     "kind": "ref",
     "to": "BetaManagedAgentsWebFetchURLSourceToolReference"
    }
   },
   "type": {
    "kind": "enum",
    "values": [
     "only"
    ]
   }
  },
  "required": [
   "tools",
   "type"
  ]
 },
 "BetaManagedAgentsWebFetchURLSourceToolReference": {
  "kind": "object",
  "name": "BetaManagedAgentsWebFetchURLSourceToolReference",
  "fields": {
   "name": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "tool_reference"
    ]
   }
  },
  "required": [
   "name",
   "type"
  ]
 },
 "BetaManagedAgentsWebFetchURLSourcesParams": {
  "kind": "object",
  "name": "BetaManagedAgentsWebFetchURLSourcesParams",
  "fields": {
   "client_tool_results": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "all": {
       "kind": "ref",
       "to": "BetaManagedAgentsWebFetchURLSourceAll"
      },
      "none": {
       "kind": "ref",
       "to": "BetaManagedAgentsWebFetchURLSourceNone"
      },
      "only": {
       "kind": "ref",
       "to": "BetaManagedAgentsWebFetchURLSourceOnly"
      },
      "except": {
       "kind": "ref",
       "to": "BetaManagedAgentsWebFetchURLSourceExcept"
      }
     },
     "text": {
      "kind": "enum",
      "values": [
       "all",
       "none"
      ]
     }
    }
   },
   "server_tool_results": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "all": {
       "kind": "ref",
       "to": "BetaManagedAgentsWebFetchURLSourceAll"
      },
      "none": {
       "kind": "ref",
       "to": "BetaManagedAgentsWebFetchURLSourceNone"
      },
      "only": {
       "kind": "ref",
       "to": "BetaManagedAgentsWebFetchURLSourceOnly"
      },
      "except": {
       "kind": "ref",
       "to": "BetaManagedAgentsWebFetchURLSourceExcept"
      }
     },
     "text": {
      "kind": "enum",
      "values": [
       "all",
       "none"
      ]
     }
    }
   },
   "user_input": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "all": {
       "kind": "ref",
       "to": "BetaManagedAgentsWebFetchURLSourceAll"
      },
      "none": {
       "kind": "ref",
       "to": "BetaManagedAgentsWebFetchURLSourceNone"
      }
     },
     "text": {
      "kind": "enum",
      "values": [
       "all",
       "none"
      ]
     }
    }
   }
  },
  "required": []
 },
 "BetaManagedAgentsWebSearchToolConfigParams": {
  "kind": "object",
  "name": "BetaManagedAgentsWebSearchToolConfigParams",
  "fields": {
   "name": {
    "kind": "enum",
    "values": [
     "web_search"
    ]
   },
   "allowed_domains": {
    "kind": "array",
    "of": {
     "kind": "string"
    }
   },
   "blocked_domains": {
    "kind": "array",
    "of": {
     "kind": "string"
    }
   },
   "enabled": {
    "kind": "nullable",
    "of": {
     "kind": "boolean"
    }
   },
   "permission_policy": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "always_allow": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAllowPolicy"
      },
      "always_ask": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAskPolicy"
      },
      "auto": {
       "kind": "ref",
       "to": "BetaManagedAgentsAutoPolicy"
      }
     }
    }
   },
   "type": {
    "kind": "enum",
    "values": [
     "web_search"
    ]
   },
   "user_location": {
    "kind": "nullable",
    "of": {
     "kind": "ref",
     "to": "BetaManagedAgentsUserLocation"
    }
   }
  },
  "required": [
   "name"
  ]
 },
 "BetaManagedAgentsWriteToolConfigParams": {
  "kind": "object",
  "name": "BetaManagedAgentsWriteToolConfigParams",
  "fields": {
   "name": {
    "kind": "enum",
    "values": [
     "write"
    ]
   },
   "enabled": {
    "kind": "nullable",
    "of": {
     "kind": "boolean"
    }
   },
   "permission_policy": {
    "kind": "nullable",
    "of": {
     "kind": "union",
     "tag": "type",
     "members": {
      "always_allow": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAllowPolicy"
      },
      "always_ask": {
       "kind": "ref",
       "to": "BetaManagedAgentsAlwaysAskPolicy"
      },
      "auto": {
       "kind": "ref",
       "to": "BetaManagedAgentsAutoPolicy"
      }
     }
    }
   },
   "type": {
    "kind": "enum",
    "values": [
     "write"
    ]
   }
  },
  "required": [
   "name"
  ]
 },
 "BetaMonetaryAmount": {
  "kind": "object",
  "name": "BetaMonetaryAmount",
  "fields": {
   "amount": {
    "kind": "string"
   },
   "currency": {
    "kind": "ref",
    "to": "BetaCurrency"
   }
  },
  "required": [
   "amount",
   "currency"
  ]
 },
 "BetaOutputBehavior": {
  "kind": "union",
  "tag": "type",
  "members": {
   "create_new": {
    "kind": "ref",
    "to": "BetaOutputBehaviorCreateNew"
   },
   "update_existing": {
    "kind": "ref",
    "to": "BetaOutputBehaviorUpdateExisting"
   }
  }
 },
 "BetaOutputBehaviorCreateNew": {
  "kind": "object",
  "name": "BetaOutputBehaviorCreateNew",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "create_new"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaOutputBehaviorUpdateExisting": {
  "kind": "object",
  "name": "BetaOutputBehaviorUpdateExisting",
  "fields": {
   "memory_store_id": {
    "kind": "string"
   },
   "type": {
    "kind": "enum",
    "values": [
     "update_existing"
    ]
   }
  },
  "required": [
   "memory_store_id",
   "type"
  ]
 },
 "BetaPackagesParams": {
  "kind": "object",
  "name": "BetaPackagesParams",
  "fields": {
   "apt": {
    "kind": "nullable",
    "of": {
     "kind": "array",
     "of": {
      "kind": "string"
     }
    }
   },
   "cargo": {
    "kind": "nullable",
    "of": {
     "kind": "array",
     "of": {
      "kind": "string"
     }
    }
   },
   "gem": {
    "kind": "nullable",
    "of": {
     "kind": "array",
     "of": {
      "kind": "string"
     }
    }
   },
   "go": {
    "kind": "nullable",
    "of": {
     "kind": "array",
     "of": {
      "kind": "string"
     }
    }
   },
   "npm": {
    "kind": "nullable",
    "of": {
     "kind": "array",
     "of": {
      "kind": "string"
     }
    }
   },
   "pip": {
    "kind": "nullable",
    "of": {
     "kind": "array",
     "of": {
      "kind": "string"
     }
    }
   },
   "type": {
    "kind": "enum",
    "values": [
     "packages"
    ]
   }
  },
  "required": []
 },
 "BetaSelfHostedConfigParams": {
  "kind": "object",
  "name": "BetaSelfHostedConfigParams",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "self_hosted"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaUnrestrictedNetwork": {
  "kind": "object",
  "name": "BetaUnrestrictedNetwork",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "unrestricted"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaUserProfileEnrollEndUserAction": {
  "kind": "object",
  "name": "BetaUserProfileEnrollEndUserAction",
  "fields": {
   "type": {
    "kind": "enum",
    "values": [
     "enroll_end_user"
    ]
   }
  },
  "required": [
   "type"
  ]
 },
 "BetaUserProfileExternalUserDetailsParams": {
  "kind": "object",
  "name": "BetaUserProfileExternalUserDetailsParams",
  "fields": {
   "account_status": {
    "kind": "nullable",
    "of": {
     "kind": "enum",
     "values": [
      "active",
      "suspended",
      "blocked"
     ]
    }
   },
   "country": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   },
   "email_hash": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   },
   "entity_type": {
    "kind": "nullable",
    "of": {
     "kind": "enum",
     "values": [
      "individual",
      "business",
      "non_profit",
      "government"
     ]
    }
   },
   "name_hash": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   },
   "onboarded_at": {
    "kind": "string"
   },
   "reference_id": {
    "kind": "nullable",
    "of": {
     "kind": "string"
    }
   }
  },
  "required": []
 }
};

export const ROUTES: Readonly<Record<keyof Operations, Route>> = {
 "models.retrieve": {
  "method": "GET",
  "path": "/v1/models/{model_id}",
  "answer": "json"
 },
 "models.list": {
  "method": "GET",
  "path": "/v1/models",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "models.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "before_id": {
     "kind": "string"
    },
    "after_id": {
     "kind": "string"
    },
    "lifecycle": {
     "kind": "array",
     "of": {
      "kind": "enum",
      "values": [
       "active",
       "deprecated",
       "retired"
      ]
     }
    }
   },
   "required": []
  }
 },
 "agents.versions.list": {
  "method": "GET",
  "path": "/v1/agents/{agent_id}/versions",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "agents.versions.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    }
   },
   "required": []
  }
 },
 "agents.create": {
  "method": "POST",
  "path": "/v1/agents",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "agents.create",
   "fields": {
    "model": {
     "kind": "union",
     "tag": "",
     "members": {
      "": {
       "kind": "ref",
       "to": "BetaManagedAgentsModelConfigParams"
      }
     },
     "text": {
      "kind": "string"
     }
    },
    "name": {
     "kind": "string"
    },
    "description": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "execution_identity": {
     "kind": "nullable",
     "of": {
      "kind": "union",
      "tag": "type",
      "members": {
       "aws_role": {
        "kind": "ref",
        "to": "BetaManagedAgentsAWSRoleExecutionIdentityParams"
       },
       "service_account": {
        "kind": "ref",
        "to": "BetaManagedAgentsServiceAccountExecutionIdentityParams"
       }
      }
     }
    },
    "mcp_servers": {
     "kind": "array",
     "of": {
      "kind": "ref",
      "to": "BetaManagedAgentsURLMCPServerParams"
     }
    },
    "metadata": {
     "kind": "map",
     "of": {
      "kind": "string"
     }
    },
    "multiagent": {
     "kind": "nullable",
     "of": {
      "kind": "union",
      "tag": "type",
      "members": {
       "coordinator": {
        "kind": "ref",
        "to": "BetaManagedAgentsMultiagentCoordinatorParams"
       },
       "multiagent_20261001": {
        "kind": "ref",
        "to": "BetaManagedAgentsMultiagent20261001Params"
       }
      }
     }
    },
    "skills": {
     "kind": "array",
     "of": {
      "kind": "ref",
      "to": "BetaManagedAgentsSkillParams"
     }
    },
    "system": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "tools": {
     "kind": "array",
     "of": {
      "kind": "union",
      "tag": "type",
      "members": {
       "agent_toolset_20260401": {
        "kind": "ref",
        "to": "BetaManagedAgentsAgentToolset20260401Params"
       },
       "mcp_toolset": {
        "kind": "ref",
        "to": "BetaManagedAgentsMCPToolsetParams"
       },
       "custom": {
        "kind": "ref",
        "to": "BetaManagedAgentsCustomToolParams"
       }
      }
     }
    }
   },
   "required": [
    "model",
    "name"
   ]
  }
 },
 "agents.retrieve": {
  "method": "GET",
  "path": "/v1/agents/{agent_id}",
  "answer": "json",
  "query": {
   "kind": "object",
   "name": "agents.retrieve",
   "fields": {
    "version": {
     "kind": "integer"
    }
   },
   "required": []
  }
 },
 "agents.update": {
  "method": "POST",
  "path": "/v1/agents/{agent_id}",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "agents.update",
   "fields": {
    "description": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "execution_identity": {
     "kind": "nullable",
     "of": {
      "kind": "union",
      "tag": "type",
      "members": {
       "aws_role": {
        "kind": "ref",
        "to": "BetaManagedAgentsAWSRoleExecutionIdentityParams"
       },
       "service_account": {
        "kind": "ref",
        "to": "BetaManagedAgentsServiceAccountExecutionIdentityParams"
       }
      }
     }
    },
    "mcp_servers": {
     "kind": "nullable",
     "of": {
      "kind": "array",
      "of": {
       "kind": "ref",
       "to": "BetaManagedAgentsURLMCPServerParams"
      }
     }
    },
    "metadata": {
     "kind": "nullable",
     "of": {
      "kind": "map",
      "of": {
       "kind": "nullable",
       "of": {
        "kind": "string"
       }
      }
     }
    },
    "model": {
     "kind": "union",
     "tag": "",
     "members": {
      "": {
       "kind": "ref",
       "to": "BetaManagedAgentsModelConfigParams"
      }
     },
     "text": {
      "kind": "string"
     }
    },
    "multiagent": {
     "kind": "nullable",
     "of": {
      "kind": "union",
      "tag": "type",
      "members": {
       "coordinator": {
        "kind": "ref",
        "to": "BetaManagedAgentsMultiagentCoordinatorParams"
       },
       "multiagent_20261001": {
        "kind": "ref",
        "to": "BetaManagedAgentsMultiagent20261001Params"
       }
      }
     }
    },
    "name": {
     "kind": "string"
    },
    "skills": {
     "kind": "nullable",
     "of": {
      "kind": "array",
      "of": {
       "kind": "ref",
       "to": "BetaManagedAgentsSkillParams"
      }
     }
    },
    "system": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "tools": {
     "kind": "nullable",
     "of": {
      "kind": "array",
      "of": {
       "kind": "union",
       "tag": "type",
       "members": {
        "agent_toolset_20260401": {
         "kind": "ref",
         "to": "BetaManagedAgentsAgentToolset20260401Params"
        },
        "mcp_toolset": {
         "kind": "ref",
         "to": "BetaManagedAgentsMCPToolsetParams"
        },
        "custom": {
         "kind": "ref",
         "to": "BetaManagedAgentsCustomToolParams"
        }
       }
      }
     }
    },
    "version": {
     "kind": "integer"
    }
   },
   "required": []
  }
 },
 "agents.list": {
  "method": "GET",
  "path": "/v1/agents",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "agents.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "created_at[gte]": {
     "kind": "string"
    },
    "created_at[lte]": {
     "kind": "string"
    },
    "include_archived": {
     "kind": "boolean"
    }
   },
   "required": []
  }
 },
 "agents.archive": {
  "method": "POST",
  "path": "/v1/agents/{agent_id}/archive",
  "answer": "json"
 },
 "environments.work.retrieve": {
  "method": "GET",
  "path": "/v1/environments/{environment_id}/work/{work_id}",
  "answer": "json"
 },
 "environments.work.update": {
  "method": "POST",
  "path": "/v1/environments/{environment_id}/work/{work_id}",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "environments.work.update",
   "fields": {
    "metadata": {
     "kind": "map",
     "of": {
      "kind": "nullable",
      "of": {
       "kind": "string"
      }
     }
    }
   },
   "required": [
    "metadata"
   ]
  }
 },
 "environments.work.list": {
  "method": "GET",
  "path": "/v1/environments/{environment_id}/work",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "environments.work.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    }
   },
   "required": []
  }
 },
 "environments.work.ack": {
  "method": "POST",
  "path": "/v1/environments/{environment_id}/work/{work_id}/ack",
  "answer": "json"
 },
 "environments.work.heartbeat": {
  "method": "POST",
  "path": "/v1/environments/{environment_id}/work/{work_id}/heartbeat",
  "answer": "json",
  "query": {
   "kind": "object",
   "name": "environments.work.heartbeat",
   "fields": {
    "desired_ttl_seconds": {
     "kind": "nullable",
     "of": {
      "kind": "integer"
     }
    },
    "expected_last_heartbeat": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    }
   },
   "required": []
  }
 },
 "environments.work.poll": {
  "method": "GET",
  "path": "/v1/environments/{environment_id}/work/poll",
  "answer": "json",
  "query": {
   "kind": "object",
   "name": "environments.work.poll",
   "fields": {
    "block_ms": {
     "kind": "nullable",
     "of": {
      "kind": "integer"
     }
    },
    "reclaim_older_than_ms": {
     "kind": "nullable",
     "of": {
      "kind": "integer"
     }
    }
   },
   "required": []
  },
  "headers": {
   "kind": "object",
   "name": "environments.work.poll",
   "fields": {
    "Anthropic-Worker-ID": {
     "kind": "string"
    }
   },
   "required": []
  }
 },
 "environments.work.stats": {
  "method": "GET",
  "path": "/v1/environments/{environment_id}/work/stats",
  "answer": "json"
 },
 "environments.work.stop": {
  "method": "POST",
  "path": "/v1/environments/{environment_id}/work/{work_id}/stop",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "environments.work.stop",
   "fields": {
    "force": {
     "kind": "boolean"
    }
   },
   "required": []
  }
 },
 "environments.create": {
  "method": "POST",
  "path": "/v1/environments",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "environments.create",
   "fields": {
    "name": {
     "kind": "string"
    },
    "config": {
     "kind": "nullable",
     "of": {
      "kind": "union",
      "tag": "type",
      "members": {
       "cloud": {
        "kind": "ref",
        "to": "BetaCloudConfigParams"
       },
       "self_hosted": {
        "kind": "ref",
        "to": "BetaSelfHostedConfigParams"
       }
      }
     }
    },
    "description": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "metadata": {
     "kind": "map",
     "of": {
      "kind": "string"
     }
    },
    "scope": {
     "kind": "nullable",
     "of": {
      "kind": "enum",
      "values": [
       "organization",
       "account"
      ]
     }
    }
   },
   "required": [
    "name"
   ]
  }
 },
 "environments.retrieve": {
  "method": "GET",
  "path": "/v1/environments/{environment_id}",
  "answer": "json"
 },
 "environments.update": {
  "method": "POST",
  "path": "/v1/environments/{environment_id}",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "environments.update",
   "fields": {
    "config": {
     "kind": "nullable",
     "of": {
      "kind": "union",
      "tag": "type",
      "members": {
       "cloud": {
        "kind": "ref",
        "to": "BetaCloudConfigParams"
       },
       "self_hosted": {
        "kind": "ref",
        "to": "BetaSelfHostedConfigParams"
       }
      }
     }
    },
    "description": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "metadata": {
     "kind": "map",
     "of": {
      "kind": "nullable",
      "of": {
       "kind": "string"
      }
     }
    },
    "name": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "scope": {
     "kind": "nullable",
     "of": {
      "kind": "enum",
      "values": [
       "organization",
       "account"
      ]
     }
    }
   },
   "required": []
  }
 },
 "environments.list": {
  "method": "GET",
  "path": "/v1/environments",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "environments.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "include_archived": {
     "kind": "boolean"
    }
   },
   "required": []
  }
 },
 "environments.delete": {
  "method": "DELETE",
  "path": "/v1/environments/{environment_id}",
  "answer": "json",
  "query": {
   "kind": "object",
   "name": "environments.delete",
   "fields": {
    "force": {
     "kind": "boolean"
    }
   },
   "required": []
  }
 },
 "environments.archive": {
  "method": "POST",
  "path": "/v1/environments/{environment_id}/archive",
  "answer": "json"
 },
 "sessions.events.list": {
  "method": "GET",
  "path": "/v1/sessions/{session_id}/events",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "sessions.events.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "created_at[gt]": {
     "kind": "string"
    },
    "created_at[gte]": {
     "kind": "string"
    },
    "created_at[lt]": {
     "kind": "string"
    },
    "created_at[lte]": {
     "kind": "string"
    },
    "order": {
     "kind": "enum",
     "values": [
      "asc",
      "desc"
     ]
    },
    "types": {
     "kind": "array",
     "of": {
      "kind": "ref",
      "to": "BetaManagedAgentsSessionEventType"
     }
    }
   },
   "required": []
  }
 },
 "sessions.events.send": {
  "method": "POST",
  "path": "/v1/sessions/{session_id}/events",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "sessions.events.send",
   "fields": {
    "events": {
     "kind": "array",
     "of": {
      "kind": "ref",
      "to": "BetaManagedAgentsEventParams"
     }
    }
   },
   "required": [
    "events"
   ]
  }
 },
 "sessions.events.stream": {
  "method": "GET",
  "path": "/v1/sessions/{session_id}/events/stream",
  "answer": "stream",
  "query": {
   "kind": "object",
   "name": "sessions.events.stream",
   "fields": {
    "event_deltas": {
     "kind": "array",
     "of": {
      "kind": "ref",
      "to": "BetaManagedAgentsDeltaType"
     }
    },
    "from": {
     "kind": "string"
    }
   },
   "required": []
  },
  "headers": {
   "kind": "object",
   "name": "sessions.events.stream",
   "fields": {
    "Last-Event-ID": {
     "kind": "string"
    }
   },
   "required": []
  }
 },
 "sessions.resources.retrieve": {
  "method": "GET",
  "path": "/v1/sessions/{session_id}/resources/{resource_id}",
  "answer": "json"
 },
 "sessions.resources.update": {
  "method": "POST",
  "path": "/v1/sessions/{session_id}/resources/{resource_id}",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "sessions.resources.update",
   "fields": {
    "authorization_token": {
     "kind": "string"
    }
   },
   "required": [
    "authorization_token"
   ]
  }
 },
 "sessions.resources.list": {
  "method": "GET",
  "path": "/v1/sessions/{session_id}/resources",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "sessions.resources.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    }
   },
   "required": []
  }
 },
 "sessions.resources.delete": {
  "method": "DELETE",
  "path": "/v1/sessions/{session_id}/resources/{resource_id}",
  "answer": "json"
 },
 "sessions.resources.add": {
  "method": "POST",
  "path": "/v1/sessions/{session_id}/resources",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "sessions.resources.add",
   "fields": {
    "file_id": {
     "kind": "string"
    },
    "type": {
     "kind": "enum",
     "values": [
      "file"
     ]
    },
    "mount_path": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    }
   },
   "required": [
    "file_id",
    "type"
   ]
  }
 },
 "sessions.threads.events.list": {
  "method": "GET",
  "path": "/v1/sessions/{session_id}/threads/{thread_id}/events",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "sessions.threads.events.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    }
   },
   "required": []
  }
 },
 "sessions.threads.events.stream": {
  "method": "GET",
  "path": "/v1/sessions/{session_id}/threads/{thread_id}/stream",
  "answer": "stream",
  "query": {
   "kind": "object",
   "name": "sessions.threads.events.stream",
   "fields": {
    "event_deltas": {
     "kind": "array",
     "of": {
      "kind": "ref",
      "to": "BetaManagedAgentsDeltaType"
     }
    },
    "from": {
     "kind": "string"
    }
   },
   "required": []
  },
  "headers": {
   "kind": "object",
   "name": "sessions.threads.events.stream",
   "fields": {
    "Last-Event-ID": {
     "kind": "string"
    }
   },
   "required": []
  }
 },
 "sessions.threads.retrieve": {
  "method": "GET",
  "path": "/v1/sessions/{session_id}/threads/{thread_id}",
  "answer": "json"
 },
 "sessions.threads.list": {
  "method": "GET",
  "path": "/v1/sessions/{session_id}/threads",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "sessions.threads.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "statuses": {
     "kind": "array",
     "of": {
      "kind": "ref",
      "to": "BetaManagedAgentsSessionThreadStatus"
     }
    }
   },
   "required": []
  }
 },
 "sessions.threads.archive": {
  "method": "POST",
  "path": "/v1/sessions/{session_id}/threads/{thread_id}/archive",
  "answer": "json"
 },
 "sessions.create": {
  "method": "POST",
  "path": "/v1/sessions",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "sessions.create",
   "fields": {
    "agent": {
     "kind": "union",
     "tag": "type",
     "members": {
      "agent": {
       "kind": "ref",
       "to": "BetaManagedAgentsAgentParams"
      },
      "agent_with_overrides": {
       "kind": "ref",
       "to": "BetaManagedAgentsAgentWithOverridesParams"
      }
     },
     "text": {
      "kind": "string"
     }
    },
    "environment_id": {
     "kind": "string"
    },
    "budget": {
     "kind": "ref",
     "to": "BetaManagedAgentsBudgetLimit"
    },
    "initial_events": {
     "kind": "array",
     "of": {
      "kind": "union",
      "tag": "type",
      "members": {
       "user.message": {
        "kind": "ref",
        "to": "BetaManagedAgentsUserMessageEventParams"
       },
       "user.define_outcome": {
        "kind": "ref",
        "to": "BetaManagedAgentsUserDefineOutcomeEventParams"
       }
      }
     }
    },
    "metadata": {
     "kind": "map",
     "of": {
      "kind": "string"
     }
    },
    "resources": {
     "kind": "array",
     "of": {
      "kind": "union",
      "tag": "type",
      "members": {
       "github_repository": {
        "kind": "ref",
        "to": "BetaManagedAgentsGitHubRepositoryResourceParams"
       },
       "file": {
        "kind": "ref",
        "to": "BetaManagedAgentsFileResourceParams"
       },
       "memory_store": {
        "kind": "ref",
        "to": "BetaManagedAgentsMemoryStoreResourceParam"
       }
      }
     }
    },
    "title": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "vault_ids": {
     "kind": "array",
     "of": {
      "kind": "string"
     }
    }
   },
   "required": [
    "agent",
    "environment_id"
   ]
  }
 },
 "sessions.retrieve": {
  "method": "GET",
  "path": "/v1/sessions/{session_id}",
  "answer": "json"
 },
 "sessions.update": {
  "method": "POST",
  "path": "/v1/sessions/{session_id}",
  "answer": "json",
  "query": {
   "kind": "object",
   "name": "sessions.update",
   "fields": {
    "runtime": {
     "kind": "string"
    }
   },
   "required": []
  },
  "body": {
   "kind": "object",
   "name": "sessions.update",
   "fields": {
    "agent": {
     "kind": "ref",
     "to": "BetaManagedAgentsSessionAgentUpdate"
    },
    "budget": {
     "kind": "nullable",
     "of": {
      "kind": "ref",
      "to": "BetaManagedAgentsBudgetLimit"
     }
    },
    "metadata": {
     "kind": "nullable",
     "of": {
      "kind": "map",
      "of": {
       "kind": "nullable",
       "of": {
        "kind": "string"
       }
      }
     }
    },
    "title": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "vault_ids": {
     "kind": "array",
     "of": {
      "kind": "string"
     }
    }
   },
   "required": []
  }
 },
 "sessions.list": {
  "method": "GET",
  "path": "/v1/sessions",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "sessions.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "agent_id": {
     "kind": "string"
    },
    "agent_version": {
     "kind": "integer"
    },
    "created_at[gt]": {
     "kind": "string"
    },
    "created_at[gte]": {
     "kind": "string"
    },
    "created_at[lt]": {
     "kind": "string"
    },
    "created_at[lte]": {
     "kind": "string"
    },
    "deployment_id": {
     "kind": "string"
    },
    "include_archived": {
     "kind": "boolean"
    },
    "memory_store_id": {
     "kind": "string"
    },
    "order": {
     "kind": "enum",
     "values": [
      "asc",
      "desc"
     ]
    },
    "statuses": {
     "kind": "array",
     "of": {
      "kind": "enum",
      "values": [
       "rescheduling",
       "running",
       "idle",
       "terminated"
      ]
     }
    }
   },
   "required": []
  }
 },
 "sessions.delete": {
  "method": "DELETE",
  "path": "/v1/sessions/{session_id}",
  "answer": "json"
 },
 "sessions.archive": {
  "method": "POST",
  "path": "/v1/sessions/{session_id}/archive",
  "answer": "json"
 },
 "deployments.create": {
  "method": "POST",
  "path": "/v1/deployments",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "deployments.create",
   "fields": {
    "agent": {
     "kind": "union",
     "tag": "type",
     "members": {
      "agent": {
       "kind": "ref",
       "to": "BetaManagedAgentsAgentParams"
      }
     },
     "text": {
      "kind": "string"
     }
    },
    "environment_id": {
     "kind": "string"
    },
    "initial_events": {
     "kind": "array",
     "of": {
      "kind": "ref",
      "to": "BetaManagedAgentsDeploymentInitialEventParams"
     }
    },
    "name": {
     "kind": "string"
    },
    "budget": {
     "kind": "nullable",
     "of": {
      "kind": "ref",
      "to": "BetaManagedAgentsBudgetLimit"
     }
    },
    "description": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "metadata": {
     "kind": "map",
     "of": {
      "kind": "string"
     }
    },
    "resources": {
     "kind": "array",
     "of": {
      "kind": "union",
      "tag": "type",
      "members": {
       "github_repository": {
        "kind": "ref",
        "to": "BetaManagedAgentsGitHubRepositoryResourceParams"
       },
       "file": {
        "kind": "ref",
        "to": "BetaManagedAgentsFileResourceParams"
       },
       "memory_store": {
        "kind": "ref",
        "to": "BetaManagedAgentsMemoryStoreResourceParam"
       }
      }
     }
    },
    "schedule": {
     "kind": "nullable",
     "of": {
      "kind": "ref",
      "to": "BetaManagedAgentsScheduleParams"
     }
    },
    "vault_ids": {
     "kind": "array",
     "of": {
      "kind": "string"
     }
    }
   },
   "required": [
    "agent",
    "environment_id",
    "initial_events",
    "name"
   ]
  }
 },
 "deployments.retrieve": {
  "method": "GET",
  "path": "/v1/deployments/{deployment_id}",
  "answer": "json"
 },
 "deployments.update": {
  "method": "POST",
  "path": "/v1/deployments/{deployment_id}",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "deployments.update",
   "fields": {
    "agent": {
     "kind": "union",
     "tag": "type",
     "members": {
      "agent": {
       "kind": "ref",
       "to": "BetaManagedAgentsAgentParams"
      }
     },
     "text": {
      "kind": "string"
     }
    },
    "budget": {
     "kind": "nullable",
     "of": {
      "kind": "ref",
      "to": "BetaManagedAgentsBudgetLimit"
     }
    },
    "description": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "environment_id": {
     "kind": "string"
    },
    "initial_events": {
     "kind": "array",
     "of": {
      "kind": "ref",
      "to": "BetaManagedAgentsDeploymentInitialEventParams"
     }
    },
    "metadata": {
     "kind": "nullable",
     "of": {
      "kind": "map",
      "of": {
       "kind": "nullable",
       "of": {
        "kind": "string"
       }
      }
     }
    },
    "name": {
     "kind": "string"
    },
    "resources": {
     "kind": "nullable",
     "of": {
      "kind": "array",
      "of": {
       "kind": "union",
       "tag": "type",
       "members": {
        "github_repository": {
         "kind": "ref",
         "to": "BetaManagedAgentsGitHubRepositoryResourceParams"
        },
        "file": {
         "kind": "ref",
         "to": "BetaManagedAgentsFileResourceParams"
        },
        "memory_store": {
         "kind": "ref",
         "to": "BetaManagedAgentsMemoryStoreResourceParam"
        }
       }
      }
     }
    },
    "schedule": {
     "kind": "nullable",
     "of": {
      "kind": "ref",
      "to": "BetaManagedAgentsScheduleParams"
     }
    },
    "vault_ids": {
     "kind": "nullable",
     "of": {
      "kind": "array",
      "of": {
       "kind": "string"
      }
     }
    }
   },
   "required": []
  }
 },
 "deployments.list": {
  "method": "GET",
  "path": "/v1/deployments",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "deployments.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "agent_id": {
     "kind": "string"
    },
    "created_at[gte]": {
     "kind": "string"
    },
    "created_at[lte]": {
     "kind": "string"
    },
    "include_archived": {
     "kind": "boolean"
    },
    "status": {
     "kind": "ref",
     "to": "BetaManagedAgentsDeploymentStatus"
    }
   },
   "required": []
  }
 },
 "deployments.archive": {
  "method": "POST",
  "path": "/v1/deployments/{deployment_id}/archive",
  "answer": "json"
 },
 "deployments.pause": {
  "method": "POST",
  "path": "/v1/deployments/{deployment_id}/pause",
  "answer": "json"
 },
 "deployments.run": {
  "method": "POST",
  "path": "/v1/deployments/{deployment_id}/run",
  "answer": "json"
 },
 "deployments.unpause": {
  "method": "POST",
  "path": "/v1/deployments/{deployment_id}/unpause",
  "answer": "json"
 },
 "deploymentRuns.retrieve": {
  "method": "GET",
  "path": "/v1/deployment_runs/{deployment_run_id}",
  "answer": "json"
 },
 "deploymentRuns.list": {
  "method": "GET",
  "path": "/v1/deployment_runs",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "deploymentRuns.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "created_at[gt]": {
     "kind": "string"
    },
    "created_at[gte]": {
     "kind": "string"
    },
    "created_at[lt]": {
     "kind": "string"
    },
    "created_at[lte]": {
     "kind": "string"
    },
    "deployment_id": {
     "kind": "string"
    },
    "has_error": {
     "kind": "boolean"
    },
    "trigger_type": {
     "kind": "ref",
     "to": "BetaManagedAgentsTriggerType"
    }
   },
   "required": []
  }
 },
 "vaults.credentials.create": {
  "method": "POST",
  "path": "/v1/vaults/{vault_id}/credentials",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "vaults.credentials.create",
   "fields": {
    "auth": {
     "kind": "union",
     "tag": "type",
     "members": {
      "mcp_oauth": {
       "kind": "ref",
       "to": "BetaManagedAgentsMCPOAuthCreateParams"
      },
      "static_bearer": {
       "kind": "ref",
       "to": "BetaManagedAgentsStaticBearerCreateParams"
      },
      "environment_variable": {
       "kind": "ref",
       "to": "BetaManagedAgentsEnvironmentVariableCreateParams"
      }
     }
    },
    "display_name": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "metadata": {
     "kind": "map",
     "of": {
      "kind": "string"
     }
    }
   },
   "required": [
    "auth"
   ]
  }
 },
 "vaults.credentials.retrieve": {
  "method": "GET",
  "path": "/v1/vaults/{vault_id}/credentials/{credential_id}",
  "answer": "json"
 },
 "vaults.credentials.update": {
  "method": "POST",
  "path": "/v1/vaults/{vault_id}/credentials/{credential_id}",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "vaults.credentials.update",
   "fields": {
    "auth": {
     "kind": "union",
     "tag": "type",
     "members": {
      "mcp_oauth": {
       "kind": "ref",
       "to": "BetaManagedAgentsMCPOAuthUpdateParams"
      },
      "static_bearer": {
       "kind": "ref",
       "to": "BetaManagedAgentsStaticBearerUpdateParams"
      },
      "environment_variable": {
       "kind": "ref",
       "to": "BetaManagedAgentsEnvironmentVariableUpdateParams"
      }
     }
    },
    "display_name": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "metadata": {
     "kind": "nullable",
     "of": {
      "kind": "map",
      "of": {
       "kind": "nullable",
       "of": {
        "kind": "string"
       }
      }
     }
    }
   },
   "required": []
  }
 },
 "vaults.credentials.list": {
  "method": "GET",
  "path": "/v1/vaults/{vault_id}/credentials",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "vaults.credentials.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "include_archived": {
     "kind": "boolean"
    }
   },
   "required": []
  }
 },
 "vaults.credentials.delete": {
  "method": "DELETE",
  "path": "/v1/vaults/{vault_id}/credentials/{credential_id}",
  "answer": "json"
 },
 "vaults.credentials.archive": {
  "method": "POST",
  "path": "/v1/vaults/{vault_id}/credentials/{credential_id}/archive",
  "answer": "json"
 },
 "vaults.credentials.mcpOAuthValidate": {
  "method": "POST",
  "path": "/v1/vaults/{vault_id}/credentials/{credential_id}/mcp_oauth_validate",
  "answer": "json"
 },
 "vaults.create": {
  "method": "POST",
  "path": "/v1/vaults",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "vaults.create",
   "fields": {
    "display_name": {
     "kind": "string"
    },
    "metadata": {
     "kind": "map",
     "of": {
      "kind": "string"
     }
    }
   },
   "required": [
    "display_name"
   ]
  }
 },
 "vaults.retrieve": {
  "method": "GET",
  "path": "/v1/vaults/{vault_id}",
  "answer": "json"
 },
 "vaults.update": {
  "method": "POST",
  "path": "/v1/vaults/{vault_id}",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "vaults.update",
   "fields": {
    "display_name": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "metadata": {
     "kind": "nullable",
     "of": {
      "kind": "map",
      "of": {
       "kind": "nullable",
       "of": {
        "kind": "string"
       }
      }
     }
    }
   },
   "required": []
  }
 },
 "vaults.list": {
  "method": "GET",
  "path": "/v1/vaults",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "vaults.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "include_archived": {
     "kind": "boolean"
    }
   },
   "required": []
  }
 },
 "vaults.delete": {
  "method": "DELETE",
  "path": "/v1/vaults/{vault_id}",
  "answer": "json"
 },
 "vaults.archive": {
  "method": "POST",
  "path": "/v1/vaults/{vault_id}/archive",
  "answer": "json"
 },
 "memoryStores.memories.create": {
  "method": "POST",
  "path": "/v1/memory_stores/{memory_store_id}/memories",
  "answer": "json",
  "query": {
   "kind": "object",
   "name": "memoryStores.memories.create",
   "fields": {
    "view": {
     "kind": "ref",
     "to": "BetaManagedAgentsMemoryView"
    }
   },
   "required": []
  },
  "body": {
   "kind": "object",
   "name": "memoryStores.memories.create",
   "fields": {
    "content": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "path": {
     "kind": "string"
    }
   },
   "required": [
    "content",
    "path"
   ]
  }
 },
 "memoryStores.memories.retrieve": {
  "method": "GET",
  "path": "/v1/memory_stores/{memory_store_id}/memories/{memory_id}",
  "answer": "json",
  "query": {
   "kind": "object",
   "name": "memoryStores.memories.retrieve",
   "fields": {
    "view": {
     "kind": "ref",
     "to": "BetaManagedAgentsMemoryView"
    }
   },
   "required": []
  }
 },
 "memoryStores.memories.update": {
  "method": "POST",
  "path": "/v1/memory_stores/{memory_store_id}/memories/{memory_id}",
  "answer": "json",
  "query": {
   "kind": "object",
   "name": "memoryStores.memories.update",
   "fields": {
    "view": {
     "kind": "ref",
     "to": "BetaManagedAgentsMemoryView"
    }
   },
   "required": []
  },
  "body": {
   "kind": "object",
   "name": "memoryStores.memories.update",
   "fields": {
    "content": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "path": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "precondition": {
     "kind": "ref",
     "to": "BetaManagedAgentsPrecondition"
    }
   },
   "required": []
  }
 },
 "memoryStores.memories.list": {
  "method": "GET",
  "path": "/v1/memory_stores/{memory_store_id}/memories",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "memoryStores.memories.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "depth": {
     "kind": "integer"
    },
    "path_prefix": {
     "kind": "string"
    },
    "view": {
     "kind": "ref",
     "to": "BetaManagedAgentsMemoryView"
    }
   },
   "required": []
  }
 },
 "memoryStores.memories.delete": {
  "method": "DELETE",
  "path": "/v1/memory_stores/{memory_store_id}/memories/{memory_id}",
  "answer": "json",
  "query": {
   "kind": "object",
   "name": "memoryStores.memories.delete",
   "fields": {
    "expected_content_sha256": {
     "kind": "string"
    }
   },
   "required": []
  }
 },
 "memoryStores.memoryVersions.retrieve": {
  "method": "GET",
  "path": "/v1/memory_stores/{memory_store_id}/memory_versions/{memory_version_id}",
  "answer": "json",
  "query": {
   "kind": "object",
   "name": "memoryStores.memoryVersions.retrieve",
   "fields": {
    "view": {
     "kind": "ref",
     "to": "BetaManagedAgentsMemoryView"
    }
   },
   "required": []
  }
 },
 "memoryStores.memoryVersions.list": {
  "method": "GET",
  "path": "/v1/memory_stores/{memory_store_id}/memory_versions",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "memoryStores.memoryVersions.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "api_key_id": {
     "kind": "string"
    },
    "created_at[gte]": {
     "kind": "string"
    },
    "created_at[lte]": {
     "kind": "string"
    },
    "memory_id": {
     "kind": "string"
    },
    "operation": {
     "kind": "ref",
     "to": "BetaManagedAgentsMemoryVersionOperation"
    },
    "service_account_id": {
     "kind": "string"
    },
    "session_id": {
     "kind": "string"
    },
    "view": {
     "kind": "ref",
     "to": "BetaManagedAgentsMemoryView"
    }
   },
   "required": []
  }
 },
 "memoryStores.memoryVersions.redact": {
  "method": "POST",
  "path": "/v1/memory_stores/{memory_store_id}/memory_versions/{memory_version_id}/redact",
  "answer": "json"
 },
 "memoryStores.create": {
  "method": "POST",
  "path": "/v1/memory_stores",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "memoryStores.create",
   "fields": {
    "name": {
     "kind": "string"
    },
    "description": {
     "kind": "string"
    },
    "metadata": {
     "kind": "map",
     "of": {
      "kind": "string"
     }
    }
   },
   "required": [
    "name"
   ]
  }
 },
 "memoryStores.retrieve": {
  "method": "GET",
  "path": "/v1/memory_stores/{memory_store_id}",
  "answer": "json"
 },
 "memoryStores.update": {
  "method": "POST",
  "path": "/v1/memory_stores/{memory_store_id}",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "memoryStores.update",
   "fields": {
    "description": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "metadata": {
     "kind": "nullable",
     "of": {
      "kind": "map",
      "of": {
       "kind": "nullable",
       "of": {
        "kind": "string"
       }
      }
     }
    },
    "name": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    }
   },
   "required": []
  }
 },
 "memoryStores.list": {
  "method": "GET",
  "path": "/v1/memory_stores",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "memoryStores.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "created_at[gte]": {
     "kind": "string"
    },
    "created_at[lte]": {
     "kind": "string"
    },
    "include_archived": {
     "kind": "boolean"
    }
   },
   "required": []
  }
 },
 "memoryStores.delete": {
  "method": "DELETE",
  "path": "/v1/memory_stores/{memory_store_id}",
  "answer": "json"
 },
 "memoryStores.archive": {
  "method": "POST",
  "path": "/v1/memory_stores/{memory_store_id}/archive",
  "answer": "json"
 },
 "files.list": {
  "method": "GET",
  "path": "/v1/files",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "files.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "ids": {
     "kind": "nullable",
     "of": {
      "kind": "array",
      "of": {
       "kind": "string"
      }
     }
    },
    "scope_id": {
     "kind": "string"
    }
   },
   "required": []
  }
 },
 "files.delete": {
  "method": "DELETE",
  "path": "/v1/files/{file_id}",
  "answer": "json"
 },
 "files.download": {
  "method": "GET",
  "path": "/v1/files/{file_id}/content",
  "answer": "binary"
 },
 "files.retrieveMetadata": {
  "method": "GET",
  "path": "/v1/files/{file_id}",
  "answer": "json"
 },
 "files.upload": {
  "method": "POST",
  "path": "/v1/files",
  "answer": "json",
  "body": "multipart"
 },
 "skills.versions.create": {
  "method": "POST",
  "path": "/v1/skills/{skill_id}/versions",
  "answer": "json",
  "body": "multipart"
 },
 "skills.versions.retrieve": {
  "method": "GET",
  "path": "/v1/skills/{skill_id}/versions/{version}",
  "answer": "json"
 },
 "skills.versions.list": {
  "method": "GET",
  "path": "/v1/skills/{skill_id}/versions",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "skills.versions.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    }
   },
   "required": []
  }
 },
 "skills.versions.delete": {
  "method": "DELETE",
  "path": "/v1/skills/{skill_id}/versions/{version}",
  "answer": "json"
 },
 "skills.versions.download": {
  "method": "GET",
  "path": "/v1/skills/{skill_id}/versions/{version}/content",
  "answer": "binary"
 },
 "skills.create": {
  "method": "POST",
  "path": "/v1/skills",
  "answer": "json",
  "body": "multipart"
 },
 "skills.retrieve": {
  "method": "GET",
  "path": "/v1/skills/{skill_id}",
  "answer": "json"
 },
 "skills.list": {
  "method": "GET",
  "path": "/v1/skills",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "skills.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "source": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    }
   },
   "required": []
  }
 },
 "skills.delete": {
  "method": "DELETE",
  "path": "/v1/skills/{skill_id}",
  "answer": "json"
 },
 "userProfiles.actionURLs.create": {
  "method": "POST",
  "path": "/v1/user_profiles/{user_profile_id}/action_urls",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "userProfiles.actionURLs.create",
   "fields": {
    "action": {
     "kind": "ref",
     "to": "BetaUserProfileEnrollEndUserAction"
    }
   },
   "required": [
    "action"
   ]
  }
 },
 "userProfiles.create": {
  "method": "POST",
  "path": "/v1/user_profiles",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "userProfiles.create",
   "fields": {
    "access_type": {
     "kind": "enum",
     "values": [
      "application",
      "passthrough"
     ]
    },
    "external_id": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "external_user_details": {
     "kind": "ref",
     "to": "BetaUserProfileExternalUserDetailsParams"
    },
    "external_user_onboarded_at": {
     "kind": "string"
    },
    "metadata": {
     "kind": "map",
     "of": {
      "kind": "string"
     }
    },
    "name": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    }
   },
   "required": []
  }
 },
 "userProfiles.retrieve": {
  "method": "GET",
  "path": "/v1/user_profiles/{user_profile_id}",
  "answer": "json"
 },
 "userProfiles.update": {
  "method": "POST",
  "path": "/v1/user_profiles/{user_profile_id}",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "userProfiles.update",
   "fields": {
    "access_type": {
     "kind": "nullable",
     "of": {
      "kind": "enum",
      "values": [
       "application",
       "passthrough"
      ]
     }
    },
    "external_id": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "external_user_details": {
     "kind": "ref",
     "to": "BetaUserProfileExternalUserDetailsParams"
    },
    "external_user_onboarded_at": {
     "kind": "string"
    },
    "metadata": {
     "kind": "map",
     "of": {
      "kind": "string"
     }
    },
    "name": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    }
   },
   "required": []
  }
 },
 "userProfiles.list": {
  "method": "GET",
  "path": "/v1/user_profiles",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "userProfiles.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "order": {
     "kind": "enum",
     "values": [
      "asc",
      "desc"
     ]
    },
    "order_by": {
     "kind": "enum",
     "values": [
      "created_at",
      "name"
     ]
    }
   },
   "required": []
  }
 },
 "userProfiles.delete": {
  "method": "DELETE",
  "path": "/v1/user_profiles/{user_profile_id}",
  "answer": "json"
 },
 "userProfiles.createEnrollmentURL": {
  "method": "POST",
  "path": "/v1/user_profiles/{user_profile_id}/enrollment_url",
  "answer": "json"
 },
 "dreams.create": {
  "method": "POST",
  "path": "/v1/dreams",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "dreams.create",
   "fields": {
    "inputs": {
     "kind": "array",
     "of": {
      "kind": "ref",
      "to": "BetaDreamInput"
     }
    },
    "model": {
     "kind": "union",
     "tag": "",
     "members": {
      "": {
       "kind": "ref",
       "to": "BetaDreamModelConfigParam"
      }
     },
     "text": {
      "kind": "string"
     }
    },
    "instructions": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "output_behavior": {
     "kind": "ref",
     "to": "BetaOutputBehavior"
    }
   },
   "required": [
    "inputs",
    "model"
   ]
  }
 },
 "dreams.retrieve": {
  "method": "GET",
  "path": "/v1/dreams/{dream_id}",
  "answer": "json"
 },
 "dreams.list": {
  "method": "GET",
  "path": "/v1/dreams",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "dreams.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "created_at[gt]": {
     "kind": "string"
    },
    "created_at[lt]": {
     "kind": "string"
    },
    "include_archived": {
     "kind": "boolean"
    },
    "statuses": {
     "kind": "array",
     "of": {
      "kind": "ref",
      "to": "BetaDreamStatus"
     }
    }
   },
   "required": []
  }
 },
 "dreams.archive": {
  "method": "POST",
  "path": "/v1/dreams/{dream_id}/archive",
  "answer": "json"
 },
 "dreams.cancel": {
  "method": "POST",
  "path": "/v1/dreams/{dream_id}/cancel",
  "answer": "json"
 },
 "tunnels.certificates.create": {
  "method": "POST",
  "path": "/v1/tunnels/{tunnel_id}/certificates",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "tunnels.certificates.create",
   "fields": {
    "ca_certificate_pem": {
     "kind": "string"
    }
   },
   "required": [
    "ca_certificate_pem"
   ]
  }
 },
 "tunnels.certificates.retrieve": {
  "method": "GET",
  "path": "/v1/tunnels/{tunnel_id}/certificates/{certificate_id}",
  "answer": "json"
 },
 "tunnels.certificates.list": {
  "method": "GET",
  "path": "/v1/tunnels/{tunnel_id}/certificates",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "tunnels.certificates.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "include_archived": {
     "kind": "boolean"
    }
   },
   "required": []
  }
 },
 "tunnels.certificates.archive": {
  "method": "POST",
  "path": "/v1/tunnels/{tunnel_id}/certificates/{certificate_id}/archive",
  "answer": "json"
 },
 "tunnels.create": {
  "method": "POST",
  "path": "/v1/tunnels",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "tunnels.create",
   "fields": {
    "display_name": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    }
   },
   "required": []
  }
 },
 "tunnels.retrieve": {
  "method": "GET",
  "path": "/v1/tunnels/{tunnel_id}",
  "answer": "json"
 },
 "tunnels.list": {
  "method": "GET",
  "path": "/v1/tunnels",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "tunnels.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "page": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    },
    "include_archived": {
     "kind": "boolean"
    }
   },
   "required": []
  }
 },
 "tunnels.archive": {
  "method": "POST",
  "path": "/v1/tunnels/{tunnel_id}/archive",
  "answer": "json"
 },
 "tunnels.revealToken": {
  "method": "POST",
  "path": "/v1/tunnels/{tunnel_id}/reveal_token",
  "answer": "json"
 },
 "tunnels.rotateToken": {
  "method": "POST",
  "path": "/v1/tunnels/{tunnel_id}/rotate_token",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "tunnels.rotateToken",
   "fields": {
    "reason": {
     "kind": "nullable",
     "of": {
      "kind": "string"
     }
    }
   },
   "required": []
  }
 },
 "organization.webhooks.create": {
  "method": "POST",
  "path": "/v1/organizations/webhooks",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "organization.webhooks.create",
   "fields": {
    "enabled_events": {
     "kind": "array",
     "of": {
      "kind": "enum",
      "values": [
       "external_key.failed",
       "external_key.recovered",
       "user_profile.enforcement_action_opened",
       "user_profile.enforcement_action_resolved",
       "user_profile.program_status_updated"
      ]
     }
    },
    "url": {
     "kind": "string"
    },
    "description": {
     "kind": "string"
    },
    "name": {
     "kind": "string"
    }
   },
   "required": [
    "enabled_events",
    "url"
   ]
  }
 },
 "organization.webhooks.retrieve": {
  "method": "GET",
  "path": "/v1/organizations/webhooks/{webhook_endpoint_id}",
  "answer": "json"
 },
 "organization.webhooks.update": {
  "method": "POST",
  "path": "/v1/organizations/webhooks/{webhook_endpoint_id}",
  "answer": "json",
  "body": {
   "kind": "object",
   "name": "organization.webhooks.update",
   "fields": {
    "description": {
     "kind": "string"
    },
    "enabled_events": {
     "kind": "array",
     "of": {
      "kind": "enum",
      "values": [
       "external_key.failed",
       "external_key.recovered",
       "user_profile.enforcement_action_opened",
       "user_profile.enforcement_action_resolved",
       "user_profile.program_status_updated"
      ]
     }
    },
    "name": {
     "kind": "string"
    },
    "state": {
     "kind": "enum",
     "values": [
      "disabled",
      "enabled"
     ]
    },
    "url": {
     "kind": "string"
    }
   },
   "required": []
  }
 },
 "organization.webhooks.list": {
  "method": "GET",
  "path": "/v1/organizations/webhooks",
  "answer": "page",
  "query": {
   "kind": "object",
   "name": "organization.webhooks.list",
   "fields": {
    "limit": {
     "kind": "integer"
    },
    "before_id": {
     "kind": "string"
    },
    "after_id": {
     "kind": "string"
    },
    "order": {
     "kind": "nullable",
     "of": {
      "kind": "enum",
      "values": [
       "asc",
       "desc"
      ]
     }
    }
   },
   "required": []
  }
 },
 "organization.webhooks.delete": {
  "method": "DELETE",
  "path": "/v1/organizations/webhooks/{webhook_endpoint_id}",
  "answer": "json"
 },
 "organization.webhooks.regenerateSigningSecret": {
  "method": "POST",
  "path": "/v1/organizations/webhooks/{webhook_endpoint_id}/regenerate_signing_secret",
  "answer": "json"
 }
};
