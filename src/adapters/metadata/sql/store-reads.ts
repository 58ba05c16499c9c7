import type { MetadataReads } from "../../../ports/metadata-store.ts";

/** The tables as a store has them, whichever its database: what `metadataTables` made for reading. */
export class StoreReads implements MetadataReads {
  readonly repositories: MetadataReads["repositories"];
  readonly images: MetadataReads["images"];
  readonly tags: MetadataReads["tags"];
  readonly layers: MetadataReads["layers"];
  readonly objects: MetadataReads["objects"];
  readonly uploads: MetadataReads["uploads"];
  readonly resourcePolicies: MetadataReads["resourcePolicies"];
  readonly identity: MetadataReads["identity"];
  readonly kms: MetadataReads["kms"];
  readonly settings: MetadataReads["settings"];
  readonly serviceKeys: MetadataReads["serviceKeys"];
  readonly reclaim: MetadataReads["reclaim"];
  readonly leases: MetadataReads["leases"];
  readonly jobs: MetadataReads["jobs"];
  readonly rekeys: MetadataReads["rekeys"];
  readonly trash: MetadataReads["trash"];
  readonly lifecycle: MetadataReads["lifecycle"];
  readonly pullTimeExclusions: MetadataReads["pullTimeExclusions"];
  readonly inUse: MetadataReads["inUse"];
  readonly quotas: MetadataReads["quotas"];
  readonly quotaUsage: MetadataReads["quotaUsage"];
  readonly serviceQuotas: MetadataReads["serviceQuotas"];
  readonly outbox: MetadataReads["outbox"];
  readonly eventLog: MetadataReads["eventLog"];
  readonly eventArchives: MetadataReads["eventArchives"];
  readonly eventReplays: MetadataReads["eventReplays"];
  readonly eventRules: MetadataReads["eventRules"];
  readonly connections: MetadataReads["connections"];
  readonly apiDestinations: MetadataReads["apiDestinations"];
  readonly eventDeliveries: MetadataReads["eventDeliveries"];
  readonly deadLetters: MetadataReads["deadLetters"];
  readonly usage: MetadataReads["usage"];
  readonly audit: MetadataReads["audit"];
  readonly costs: MetadataReads["costs"];
  readonly trails: MetadataReads["trails"];

  constructor(reads: MetadataReads) {
    this.repositories = reads.repositories;
    this.images = reads.images;
    this.tags = reads.tags;
    this.layers = reads.layers;
    this.objects = reads.objects;
    this.uploads = reads.uploads;
    this.resourcePolicies = reads.resourcePolicies;
    this.identity = reads.identity;
    this.kms = reads.kms;
    this.settings = reads.settings;
    this.serviceKeys = reads.serviceKeys;
    this.reclaim = reads.reclaim;
    this.leases = reads.leases;
    this.jobs = reads.jobs;
    this.rekeys = reads.rekeys;
    this.trash = reads.trash;
    this.lifecycle = reads.lifecycle;
    this.pullTimeExclusions = reads.pullTimeExclusions;
    this.inUse = reads.inUse;
    this.quotas = reads.quotas;
    this.quotaUsage = reads.quotaUsage;
    this.serviceQuotas = reads.serviceQuotas;
    this.outbox = reads.outbox;
    this.eventLog = reads.eventLog;
    this.eventArchives = reads.eventArchives;
    this.eventReplays = reads.eventReplays;
    this.eventRules = reads.eventRules;
    this.connections = reads.connections;
    this.apiDestinations = reads.apiDestinations;
    this.eventDeliveries = reads.eventDeliveries;
    this.deadLetters = reads.deadLetters;
    this.usage = reads.usage;
    this.audit = reads.audit;
    this.costs = reads.costs;
    this.trails = reads.trails;
  }
}
