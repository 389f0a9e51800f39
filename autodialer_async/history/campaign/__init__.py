"""A campaign: its journal joined with the history, record by record, and whom to call again."""

from autodialer_async.history.campaign.again import CallAgain, Decision
from autodialer_async.history.campaign.campaign import Campaign, RowCounts
from autodialer_async.history.campaign.days import campaign_days
from autodialer_async.history.campaign.last_calls import LastCall
from autodialer_async.history.campaign.record import CampaignRecord

__all__ = ["CallAgain", "Campaign", "CampaignRecord", "Decision", "LastCall", "RowCounts", "campaign_days"]
