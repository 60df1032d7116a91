"""Where backups lie: a folder, an S3-compatible store or an SFTP server, all with the same few operations."""
