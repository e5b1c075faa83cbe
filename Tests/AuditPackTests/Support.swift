// Placeholder until tests are written.
import AuditPack
