import { Names } from 'aws-cdk-lib';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';

/** Requests that one address may send in five minutes. A worker that polls and a page that streams stay far below. */
const REQUESTS_PER_ADDRESS = 10_000;

/**
 * What stands in front of the API: AWS's list of addresses known to do harm, its common rules, and a limit per address. Rules
 * of the common set that look at bodies only count, since an agent's instructions may hold anything that looks like an attack.
 */
export function commonRulesAcl(scope: Construct): wafv2.CfnWebACL {
  return new wafv2.CfnWebACL(scope, 'WebAcl', {
    name: Names.uniqueResourceName(scope, { maxLength: 128 }),
    scope: 'REGIONAL',
    defaultAction: { allow: {} },
    visibilityConfig: seen('WebAcl'),
    rules: [
      managed(0, 'AWSManagedRulesAmazonIpReputationList', []),
      managed(1, 'AWSManagedRulesCommonRuleSet', BODY_RULES),
      {
        name: 'RatePerAddress',
        priority: 2,
        action: { block: {} },
        statement: { rateBasedStatement: { limit: REQUESTS_PER_ADDRESS, aggregateKeyType: 'IP' } },
        visibilityConfig: seen('RatePerAddress'),
      },
    ],
  });
}

const BODY_RULES = [
  'SizeRestrictions_BODY',
  'CrossSiteScripting_BODY',
  'EC2MetaDataSSRF_BODY',
  'GenericLFI_BODY',
  'GenericRFI_BODY',
  'NoUserAgent_HEADER',
];

function seen(metricName: string): wafv2.CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}

function managed(priority: number, name: string, counted: readonly string[]): wafv2.CfnWebACL.RuleProperty {
  return {
    name,
    priority,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
    visibilityConfig: seen(name),
  };
}
