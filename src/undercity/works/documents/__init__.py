"""Documents of a work 工程资料: certificates, contracts, reports. Of drawings their register number only."""
