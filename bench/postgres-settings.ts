/** PostgreSQL as it comes, where the tests set it up for theirs, and for filling it quickly. */

export const usualSettings = {
  shared_buffers: "128MB",
  max_connections: "100",
  deadlock_timeout: "1s",
  fsync: "on",
  full_page_writes: "on",
  wal_level: "replica",
  max_wal_senders: "10",
  max_wal_size: "1GB",
  checkpoint_timeout: "5min",
  autovacuum: "on",
};

export const fillSettings = {
  shared_buffers: "2GB",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "16GB",
  checkpoint_timeout: "1h",
  autovacuum: "off",
};
