"""Muster's judgement: findings and plans over inventories. Pure: values in, values out."""
