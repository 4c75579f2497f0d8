//! Api + Suite -> Plan of Cases.
