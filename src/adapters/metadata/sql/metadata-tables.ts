import type { MetadataChange } from "../../../ports/metadata-store.ts";
import { SqlAccessKeys } from "./access-keys.ts";
import { SqlAccounts } from "./accounts.ts";
import { SqlAdvisoryParts } from "./advisory-parts.ts";
import { SqlApprovals } from "./approvals.ts";
import { SqlAudit } from "./audit.ts";
import { SqlCacheRules } from "./cache-rules.ts";
import { SqlCosts } from "./costs.ts";
import { SqlCreationTemplates } from "./creation-templates.ts";
import { SqlDeadLetters } from "./dead-letters.ts";
import { SqlEntities } from "./entities.ts";
import { SqlEventArchives } from "./event-archives.ts";
import { SqlEventBuses } from "./event-buses.ts";
import { SqlEventDeliveries } from "./event-deliveries.ts";
import { SqlApiDestinations, SqlConnections } from "./event-endpoints.ts";
import { SqlEventLog } from "./event-log.ts";
import { SqlEventReplays } from "./event-replays.ts";
import { SqlEventRules } from "./event-rules.ts";
import { SqlFindingFilters } from "./finding-filters.ts";
import { SqlGates } from "./gates.ts";
import { SqlImageCensus } from "./image-census.ts";
import { SqlImageUses } from "./image-uses.ts";
import { SqlImages } from "./images.ts";
import { SqlJobs } from "./jobs.ts";
import { SqlKmsAliases } from "./kms-aliases.ts";
import { SqlKmsGrants } from "./kms-grants.ts";
import { SqlKmsKeys } from "./kms-keys.ts";
import { SqlKmsUses } from "./kms-uses.ts";
import { SqlLayers } from "./layers.ts";
import { SqlLeases } from "./leases.ts";
import { SqlLifecycle } from "./lifecycle.ts";
import { SqlPolicies } from "./managed-policies.ts";
import { SqlObjects } from "./objects.ts";
import { SqlOidcProviders } from "./oidc-providers.ts";
import { SqlOutbox } from "./outbox.ts";
import { SqlParameters } from "./parameters.ts";
import { SqlPrivateGallery } from "./private-gallery.ts";
import { SqlPublic } from "./public.ts";
import { SqlPullTimeExclusions } from "./pull-time-exclusions.ts";
import { SqlQuotaUsage } from "./quota-usage.ts";
import { SqlQuotas } from "./quotas.ts";
import { SqlReclaim } from "./reclaim.ts";
import { SqlRekeys } from "./rekeys.ts";
import { SqlReplicationChanges } from "./replication-changes.ts";
import { SqlReplications } from "./replications.ts";
import { SqlRepositories } from "./repositories.ts";
import { SqlResourcePolicies } from "./resource-policies.ts";
import { SqlSbomExports } from "./sbom-exports.ts";
import { SqlScans } from "./scans.ts";
import { SqlSearch } from "./search.ts";
import { SqlSecrets } from "./secrets.ts";
import { SqlServiceKeys } from "./service-keys.ts";
import { SqlServiceQuotas } from "./service-quotas.ts";
import type { SqlSession } from "./session.ts";
import { SqlSessions } from "./sessions.ts";
import { SqlSettings } from "./settings.ts";
import { SqlSignings } from "./signings.ts";
import { SqlStanding } from "./standing.ts";
import { SqlSuppressions } from "./suppressions.ts";
import { SqlTags } from "./tags.ts";
import { SqlDigestChains, SqlTrailFiles } from "./trail-files.ts";
import { SqlTrailKeys } from "./trail-keys.ts";
import { SqlTrailRecords } from "./trail-records.ts";
import { SqlTrails } from "./trails.ts";
import { SqlTrash } from "./trash.ts";
import { SqlUploads } from "./uploads.ts";
import { SqlUsageCalls } from "./usage-calls.ts";
import { SqlUsageCounts } from "./usage-counts.ts";
import { SqlUsageLevels } from "./usage-levels.ts";
import { SqlUsageRepositories } from "./usage-repositories.ts";

/** All tables over one connection. */
export function metadataTables(session: SqlSession): MetadataChange {
  return {
    repositories: new SqlRepositories(session),
    images: new SqlImages(session),
    tags: new SqlTags(session),
    layers: new SqlLayers(session),
    objects: new SqlObjects(session),
    uploads: new SqlUploads(session),
    resourcePolicies: new SqlResourcePolicies(session),
    identity: {
      accounts: new SqlAccounts(session),
      entities: new SqlEntities(session),
      policies: new SqlPolicies(session),
      accessKeys: new SqlAccessKeys(session),
      sessions: new SqlSessions(session),
      oidcProviders: new SqlOidcProviders(session),
    },
    kms: {
      keys: new SqlKmsKeys(session),
      aliases: new SqlKmsAliases(session),
      grants: new SqlKmsGrants(session),
      uses: new SqlKmsUses(session),
    },
    settings: new SqlSettings(session),
    serviceKeys: new SqlServiceKeys(session),
    reclaim: new SqlReclaim(session),
    leases: new SqlLeases(session),
    jobs: new SqlJobs(session),
    rekeys: new SqlRekeys(session),
    trash: new SqlTrash(session),
    lifecycle: new SqlLifecycle(session),
    creationTemplates: new SqlCreationTemplates(session),
    cacheRules: new SqlCacheRules(session),
    privateGallery: new SqlPrivateGallery(session),
    publicRegistries: new SqlPublic(session),
    pullTimeExclusions: new SqlPullTimeExclusions(session),
    inUse: new SqlImageUses(session),
    quotas: new SqlQuotas(session),
    quotaUsage: new SqlQuotaUsage(session),
    serviceQuotas: new SqlServiceQuotas(session),
    outbox: new SqlOutbox(session),
    eventLog: new SqlEventLog(session),
    eventArchives: new SqlEventArchives(session),
    eventReplays: new SqlEventReplays(session),
    eventRules: new SqlEventRules(session),
    connections: new SqlConnections(session),
    apiDestinations: new SqlApiDestinations(session),
    eventDeliveries: new SqlEventDeliveries(session),
    deadLetters: new SqlDeadLetters(session),
    eventBuses: new SqlEventBuses(session),
    usage: {
      counts: new SqlUsageCounts(session),
      calls: new SqlUsageCalls(session),
      levels: new SqlUsageLevels(session),
      repositories: new SqlUsageRepositories(session),
      standing: new SqlStanding(session),
      census: new SqlImageCensus(session),
    },
    audit: new SqlAudit(session),
    costs: new SqlCosts(session),
    trails: {
      trails: new SqlTrails(session),
      records: new SqlTrailRecords(session),
      files: new SqlTrailFiles(session),
      chains: new SqlDigestChains(session),
      keys: new SqlTrailKeys(session),
    },
    scans: new SqlScans(session),
    approvals: new SqlApprovals(session),
    gates: new SqlGates(session),
    findingFilters: new SqlFindingFilters(session),
    sbomExports: new SqlSbomExports(session),
    suppressions: new SqlSuppressions(session),
    search: new SqlSearch(session),
    secrets: new SqlSecrets(session),
    parameters: new SqlParameters(session),
    replications: new SqlReplications(session),
    replicationChanges: new SqlReplicationChanges(session),
    signings: new SqlSignings(session),
    advisoryParts: new SqlAdvisoryParts(session),
  };
}
